/** True for an address that a credential may be part of: https, or http on this machine alone. */
export function isSignedAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "127.0.0.1");
}
