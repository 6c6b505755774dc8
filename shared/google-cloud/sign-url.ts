import { createHash, createHmac } from "node:crypto";

/** The key that URLs are signed with: an HMAC key of a service account (https://cloud.google.com/storage/docs/authentication/hmackeys). */
export interface HmacKey {
  readonly accessId: string;
  readonly secret: string;
}

/** What a signed URL permits. */
export interface UrlToSign {
  readonly method: "GET" | "PUT" | "HEAD" | "DELETE" | "POST";
  readonly bucket: string;
  readonly object: string;
  /** Seconds from now during which it is good. */
  readonly lifetimeSeconds: number;
  /** Headers that whoever uses the URL must send, exactly so. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
}

/** Who signs, where, and when. */
export interface UrlSignerOptions {
  readonly key: HmacKey;
  /** Origin of the storage service, like https://storage.googleapis.com. */
  readonly endpoint: string;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

/** Signatures are dated back by so much: a clock of ours that is ahead of Google's must not make a URL that is not good yet. */
const SKEW_SECONDS = 300;

/** Google's bound: seven days. */
const MAX_LIFETIME_SECONDS = 604_800 - SKEW_SECONDS;

/**
 * Makes a URL that permits one call without a credential, by the V4 process of Google with an HMAC key
 * (https://cloud.google.com/storage/docs/authentication/canonical-requests and …/signatures). It asks nobody.
 * @throws RangeError for a lifetime that is none or longer than Google takes
 */
export function signUrl(what: UrlToSign, { key, endpoint, now = Date.now }: UrlSignerOptions): string {
  const { lifetimeSeconds } = what;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > MAX_LIFETIME_SECONDS)
    throw new RangeError("A signed URL is good for a whole number of seconds, a week at most.");
  const date = toBasicDate(now() - SKEW_SECONDS * 1000);
  const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
  const { canonicalRequest, query, path } = toCanonicalRequest(what, {
    endpoint,
    algorithm: "GOOG4-HMAC-SHA256",
    credential: `${key.accessId}/${scope}`,
    date,
    expires: lifetimeSeconds + SKEW_SECONDS,
  });
  const stringToSign = toStringToSign("GOOG4-HMAC-SHA256", { date, scope, canonicalRequest });
  const signingKey = [date.slice(0, 8), "auto", "storage", "goog4_request"].reduce<string | Buffer>(
    (derived, part) => createHmac("sha256", derived).update(part).digest(),
    `GOOG4${key.secret}`,
  );
  const signature = createHmac("sha256", signingKey).update(stringToSign).digest("hex");
  return `${endpoint}${path}?${query}&X-Goog-Signature=${signature}`;
}

/** What goes into a canonical request beside the call itself. */
export interface SignatureFacts {
  readonly endpoint: string;
  readonly algorithm: string;
  /** Who signs, with the scope. */
  readonly credential: string;
  /** Like 20190201T090000Z. */
  readonly date: string;
  /** Seconds after `date`. */
  readonly expires: number;
}

/** Writes a call in the one form that both sides sign, with the path and the query that the URL must then have. */
export function toCanonicalRequest(
  { method, bucket, object, headers = {}, query = {} }: Omit<UrlToSign, "lifetimeSeconds">,
  { endpoint, algorithm, credential, date, expires }: SignatureFacts,
): { readonly canonicalRequest: string; readonly query: string; readonly path: string } {
  const signed = Object.entries({ ...headers, host: new URL(endpoint).host })
    .map(([name, value]) => [name.toLowerCase(), value.replaceAll(/\s+/g, " ").trim()] as const)
    .sort(([a], [b]) => compare(a, b));
  const signedHeaders = signed.map(([name]) => name).join(";");
  const canonicalQuery = Object.entries({
    ...query,
    "X-Goog-Algorithm": algorithm,
    "X-Goog-Credential": credential,
    "X-Goog-Date": date,
    "X-Goog-Expires": String(expires),
    "X-Goog-SignedHeaders": signedHeaders,
  })
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const path = `/${[bucket, ...object.split("/")].map(encode).join("/")}`;
  const payload = signed.find(([name]) => name === "x-goog-content-sha256")?.[1] ?? "UNSIGNED-PAYLOAD";
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
  const canonicalRequest = [method, path, canonicalQuery, lines, signedHeaders, payload].join("\n");
  return { canonicalRequest, query: canonicalQuery, path };
}

/** Writes what is signed. */
export function toStringToSign(
  algorithm: string,
  facts: { readonly date: string; readonly scope: string; readonly canonicalRequest: string },
): string {
  const hash = createHash("sha256").update(facts.canonicalRequest).digest("hex");
  return [algorithm, facts.date, facts.scope, hash].join("\n");
}

/** Per cent encoding of everything but the unreserved characters (RFC 3986 §2.3). */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function toBasicDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
