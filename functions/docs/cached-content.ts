import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** Below this many bytes a compressed body is not worth its header. */
const COMPRESS_FROM_BYTES = 1024;

const compress = promisify(gzip);

/** Something that is sent again and again and does not change. */
export interface CachedContent {
  /** Answers 304 to a reader who has it, compressed to one who takes gzip. */
  respond(request: Request): Promise<Response>;
}

/**
 * Wraps a body so that readers keep it and only ask whether it is still the same.
 *
 * @param body text, or bytes of a file
 * @param headers Content-Type and whatever else each answer carries
 */
export function createCachedContent(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): CachedContent {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  let compressed: Promise<Uint8Array<ArrayBuffer>> | undefined;

  return {
    async respond(request) {
      const gzipped = bytes.byteLength >= COMPRESS_FROM_BYTES && takesGzip(request);
      // Each encoding has its own tag, so that a cache never gives one reader the other's bytes.
      const etag = gzipped ? `"${hash}-gzip"` : `"${hash}"`;
      const common = {
        ...headers,
        etag,
        "cache-control": "no-cache",
        vary: "Accept-Encoding",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      };
      if (isKnown(request, etag)) return new Response(null, { status: 304, headers: common });
      if (!gzipped) return new Response(bytes, { headers: common });
      compressed ??= compress(bytes).then((result) => new Uint8Array(result));
      return new Response(await compressed, { headers: { ...common, "content-encoding": "gzip" } });
    },
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function takesGzip(request: Request): boolean {
  const codings = (request.headers.get("accept-encoding") ?? "").toLowerCase().split(",");
  return codings.some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/.test(coding));
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function isKnown(request: Request, etag: string): boolean {
  const tags = (request.headers.get("if-none-match") ?? "").split(",");
  return tags.some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
