const MAX_CHARACTERS = 2000;
/** Editors that get their answer by a scheme of their own (RFC 8252 §7.1); any other scheme could be any program's. */
const APP_SCHEMES: ReadonlySet<string> = new Set(["cursor:", "vscode:", "vscode-insiders:", "windsurf:"]);
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * True for an address that codes may be sent to: https, or one on the reader's own device, as it is written without a fragment, a user,
 * or a character that a parser would read its own way.
 */
export function isRedirectUri(text: unknown): text is string {
  if (typeof text !== "string" || text.length > MAX_CHARACTERS || !/^[\x21-\x7e]+$/.test(text)) return false;
  if (/[\\#*<>"`{}|^]/.test(text)) return false;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  // Only an address that parses to itself is compared with what browsers go to.
  if (url.href !== text && url.href !== `${text}/`) return false;
  return url.protocol === "https:" ? url.hostname !== "" : isOnThisDevice(text);
}

/** True for an address on the device that the browser runs on, http on loopback (RFC 8252 §7.3) or an editor's: any program may listen. */
export function isOnThisDevice(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return APP_SCHEMES.has(url.protocol) || (url.protocol === "http:" && LOOPBACK_HOSTS.has(url.hostname));
}
