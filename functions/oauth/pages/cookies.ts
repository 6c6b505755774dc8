/** Names of the cookies, without what is put before them over https. */
export type CookieName = "owner" | "owner-form" | "owner-device" | "owner-google";

/** Reads and writes the cookies of one address. */
export interface Cookies {
  read(request: Request, name: CookieName): string | undefined;
  /** @param maxAgeSeconds 0 removes the cookie @returns a value for `Set-Cookie` */
  write(name: CookieName, value: string, maxAgeSeconds: number): string;
}

/** Characters that cannot end a cookie's value; ours are base64url. */
const VALUE = /^[\w-]{0,2048}$/;
const MAX_HEADER_CHARACTERS = 8192;

/**
 * Cookies for an address: over https each is `__Host-`, so that no other host and no plain http can set it
 * (https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1, draft-ietf-httpbis-rfc6265bis §4.1.3.2). `Lax`: a client's link to the
 * authorization page has to find the owner signed in; forms of other sites send none.
 */
export function createCookies(baseUrl: string): Cookies {
  const isSecure = baseUrl.startsWith("https:");
  const fullName = (name: CookieName): string => (isSecure ? `__Host-${name}` : name);
  return {
    read(request, name) {
      const header = request.headers.get("cookie") ?? "";
      if (header.length > MAX_HEADER_CHARACTERS) return undefined;
      const prefix = `${fullName(name)}=`;
      const values = header
        .split(";")
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(prefix))
        .map((pair) => pair.slice(prefix.length));
      // Two of one name: somebody else put one of them there, and it cannot be told which.
      const [value, ...others] = values;
      return value !== undefined && others.length === 0 && VALUE.test(value) ? value : undefined;
    },
    write(name, value, maxAgeSeconds) {
      if (!VALUE.test(value)) throw new RangeError("A cookie's value is base64url.");
      const secure = isSecure ? "; Secure" : "";
      return `${fullName(name)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
    },
  };
}
