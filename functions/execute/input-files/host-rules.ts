import { isPublicName } from "#shared/outbound/public-name.ts";

/** Why an address may not be fetched from: `address` is no https URL of a public name, `host` is not in the list. */
export type UrlRefusal = "address" | "host";

/** Decides from the text of a URL alone whether it may be fetched. */
export type CheckUrl = (url: URL) => UrlRefusal | null;

/**
 * Builds the check of URLs: https on port 443, no user or password, a DNS name that is in the list.
 * @param allowedHosts names, `*.example.org` for every name below example.org (not itself), or `*` for every public name
 * @throws Error when a pattern is none of these
 */
export function createCheckUrl(allowedHosts: readonly string[]): CheckUrl {
  const patterns = allowedHosts.map(parsePattern);
  return (url) => {
    if (url.protocol !== "https:" || url.port !== "" || url.username !== "" || url.password !== "")
      return "address";
    if (!isPublicName(url.hostname)) return "address";
    return patterns.some((matches) => matches(url.hostname)) ? null : "host";
  };
}

function parsePattern(pattern: string): (host: string) => boolean {
  const wanted = pattern.trim().toLowerCase();
  if (wanted === "*") return () => true;
  const suffix = wanted.startsWith("*.") ? wanted.slice(1) : null;
  if (!isPublicName(suffix?.slice(1) ?? wanted)) {
    throw new Error(`"${pattern}" is no host to fetch files from: write a public name, *.name, or *.`);
  }
  return (host) => (suffix === null ? host === wanted : host.endsWith(suffix));
}
