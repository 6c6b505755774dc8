const MAX_CHARACTERS = 2000;
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * True for an address that codes may be sent to: https, or http on this very machine (RFC 8252 §7.3), as it is written without a
 * fragment, a user, or a character that a parser would read its own way.
 */
export function isRedirectUri(text: unknown): text is string {
  if (typeof text !== "string" || text.length > MAX_CHARACTERS || !/^[\x21-\x7e]+$/.test(text)) return false;
  if (/[\\#*<>"`{}|^]/.test(text)) return false;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  // Only an address that parses to itself is compared with what browsers go to.
  if (url.href !== text && url.href !== `${text}/`) return false;
  return url.protocol === "https:" ? url.hostname !== "" : isLoopback(text);
}

/** True for an address of the machine that the browser runs on: any program there may be listening. */
export function isLoopback(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "http:" && LOOPBACK_HOSTS.has(url.hostname);
}
