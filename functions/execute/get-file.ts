import { createHash } from "node:crypto";
import type { GetFileParameters } from "#shared/contract/execute/get-file.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { toWebStream } from "#shared/http/to-web-stream.ts";
import type { ByteRange, ObjectInfo, ObjectStore } from "#shared/object-store/object-store.ts";
import type { Signer } from "#shared/signing/create-signer.ts";
import { parseRange } from "./byte-range.ts";
import { toContentDisposition } from "./content-disposition.ts";

/** What a link's token says: the object's key, its media type, and how a browser is to treat it. */
export interface FileToken {
  readonly k: string;
  readonly t: string;
  /** `attachment` saves even an image; `inline`, like nothing, shows images and saves everything else. */
  readonly d?: "inline" | "attachment";
}

/** Pictures that run nothing; an SVG may hold scripts, which the policy below forbids. Nothing else is ever shown. */
const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);

const MEDIA_TYPE = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/i;

/** The file comes from a program: it may do nothing in the name of this server's origin, and its link is told to nobody. */
const SAFETY_HEADERS = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
};

/**
 * Handler of `get_file`: sends an object of the store to whoever has its link, whole or one range of it (RFC 9110 §13 and §14).
 * The name in the link is what the file is saved as; only the token says which file it is.
 */
export function createGetFile({ store, signer }: { store: ObjectStore; signer: Pick<Signer, "verify"> }) {
  return async ({ token, name }: GetFileParameters, request: Request): Promise<Response> => {
    const verified = signer.verify(token);
    if (verified === null || !isFileToken(verified.payload)) throw noSuchFile();
    const { k: key, t: type, d: wish } = verified.payload;
    const info = await store.info(key);
    if (info === null) throw noSuchFile();
    const disposition = SHOWN.has(type) && wish !== "attachment" ? "inline" : "attachment";
    const etag = etagOf(info);
    const expiresAt = Math.min(verified.expiresAt.getTime(), info.expiresAt.getTime());
    const headers = {
      ...SAFETY_HEADERS,
      etag,
      "accept-ranges": "bytes",
      "cache-control": `private, max-age=${Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))}`,
      "content-type": MEDIA_TYPE.test(type) ? type : "application/octet-stream",
      "content-disposition": toContentDisposition(disposition, name),
    };
    if (isKnown(request, etag)) return new Response(null, { status: 304, headers });
    return send(store, info, rangeOf(request, info, etag), { headers, method: request.method });
  };
}

function isFileToken(payload: unknown): payload is FileToken {
  if (typeof payload !== "object" || payload === null) return false;
  return "k" in payload && typeof payload.k === "string" && "t" in payload && typeof payload.t === "string";
}

async function send(
  store: ObjectStore,
  { key, sizeBytes }: ObjectInfo,
  range: ByteRange | null,
  { headers, method }: { headers: Readonly<Record<string, string>>; method: string },
): Promise<Response> {
  const length = range === null ? sizeBytes : range.end - range.start + 1;
  const status = range === null ? 200 : 206;
  const answer = new Headers({ ...headers, "content-length": String(length) });
  if (range !== null) answer.set("content-range", `bytes ${range.start}-${range.end}/${sizeBytes}`);
  if (method === "HEAD") return new Response(null, { status, headers: answer });
  const object = await (range === null ? store.get(key) : store.get(key, range));
  if (object === null) throw noSuchFile();
  return new Response(toWebStream(object.content), { status, headers: answer });
}

/** @throws AppError `range_not_satisfiable` with `Content-Range` */
function rangeOf(request: Request, { sizeBytes }: ObjectInfo, etag: string): ByteRange | null {
  if (request.method !== "GET") return null;
  const condition = request.headers.get("if-range");
  // A date never matches: files carry no Last-Modified (RFC 9110 §13.1.5).
  if (condition !== null && condition.trim() !== etag) return null;
  const range = parseRange(request.headers.get("range"), sizeBytes);
  if (range !== "unsatisfiable") return range;
  throw new AppError(
    "range_not_satisfiable",
    `The file has ${sizeBytes} bytes, and none where the range begins. Ask for a range inside it, or for all of it.`,
    { headers: { "content-range": `bytes */${sizeBytes}` } },
  );
}

/** The same for the same content: objects are replaced as a whole, and each gets its own time of expiry. */
function etagOf({ key, sizeBytes, expiresAt }: ObjectInfo): string {
  const facts = JSON.stringify([key, sizeBytes, expiresAt.getTime()]);
  return `"${createHash("sha256").update(facts).digest("base64url").slice(0, 22)}"`;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function isKnown(request: Request, etag: string): boolean {
  const tags = (request.headers.get("if-none-match") ?? "").split(",");
  return tags.some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}

function noSuchFile(): AppError {
  return new AppError(
    "not_found",
    "There is no such file, or its link is no longer good. Run the program again to get a new link.",
  );
}
