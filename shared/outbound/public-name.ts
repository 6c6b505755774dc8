/** A DNS name with at least one dot whose last label is no number: never an address, however it is spelled. */
const DNS_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Last labels of names that no public resolver knows (RFC 6761, RFC 8375, the private-use `internal` and what routers use). */
const PRIVATE_LABELS: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "home",
  "internal",
  "invalid",
  "lan",
  "local",
  "localhost",
  "onion",
  "test",
]);

/**
 * True for a DNS name that a public resolver may know.
 * @param host in lower case, as `URL.hostname` gives it; an IP address is no name
 */
export function isPublicName(host: string): boolean {
  return DNS_NAME.test(host) && !PRIVATE_LABELS.has(host.slice(host.lastIndexOf(".") + 1));
}
