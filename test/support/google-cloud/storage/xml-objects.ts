import { type Bucket, crc32cOf, md5Of, type StoredObject } from "./bucket.ts";
import { type StorageCall, type StorageReply, xmlError } from "./storage-call.ts";

const PRECONDITION = xmlError(412, "PreconditionFailed", "At least one of the pre-conditions did not hold.");
const NO_SUCH_KEY = xmlError(404, "NoSuchKey", "The specified key does not exist.");

/** Answers GET, HEAD, PUT and DELETE of one object (https://cloud.google.com/storage/docs/xml-api/reference-methods). */
export function answerXml(call: StorageCall, body: Buffer, bucket: Bucket, nowMs: number): StorageReply {
  if (call.key === "") return xmlError(501, "NotImplemented", "The stand-in has objects only.");
  if (call.method === "PUT") return put(call, body, bucket, nowMs);
  const object = bucket.objects.get(call.key);
  const wanted = call.query.get("generation");
  if (!object || (wanted !== null && Number(wanted) !== object.generation)) return NO_SUCH_KEY;
  if (!bucket.holds(call.key, preconditionOf(call))) return PRECONDITION;
  if (call.method === "DELETE") {
    bucket.objects.delete(call.key);
    return { status: 204 };
  }
  if (call.method === "GET") return readObject(call, object);
  if (call.method === "HEAD") return { ...readObject(call, object), body: Buffer.alloc(0) };
  return xmlError(405, "MethodNotAllowed", "The method is not allowed against this resource.");
}

function put(call: StorageCall, content: Buffer, bucket: Bucket, createdAtMs: number): StorageReply {
  const [least, most] = String(call.headers["x-goog-content-length-range"] ?? "0,5497558138880").split(",");
  if (content.length < Number(least) || content.length > Number(most))
    return xmlError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");
  const digest = call.headers["content-md5"];
  if (digest !== undefined && digest !== md5Of(content))
    return xmlError(400, "BadDigest", "The Content-MD5 did not match what was received.");
  const metadata = Object.entries(call.headers)
    .filter(([name]) => name.startsWith("x-goog-meta-"))
    .map(([name, value]) => [name.slice("x-goog-meta-".length), String(value)] as const);
  const object = {
    content,
    metadata: Object.fromEntries(metadata),
    customTime: String(call.headers["x-goog-custom-time"] ?? ""),
    contentType: call.headers["content-type"] ?? "application/octet-stream",
    createdAtMs,
  };
  const stored = bucket.put(call.key, object, preconditionOf(call));
  if (stored === null) return PRECONDITION;
  return { status: 200, headers: { "x-goog-generation": String(stored.generation) } };
}

/** An object's bytes, or a range of them, with what both interfaces tell in headers. */
export function readObject({ headers: sent }: StorageCall, object: StoredObject): StorageReply {
  const size = object.content.length;
  const headers: Record<string, string> = {
    "content-type": object.contentType,
    "x-goog-generation": String(object.generation),
    "x-goog-stored-content-length": String(size),
    "x-goog-hash": toHashes(object.content),
    "last-modified": new Date(object.createdAtMs).toUTCString(),
    ...(object.customTime === "" ? {} : { "x-goog-custom-time": object.customTime }),
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-goog-meta-${name}`] = value;
  const range = /^bytes=(\d+)-(\d*)$/.exec(sent.range ?? "");
  if (!range) return { status: 200, headers, body: object.content };
  const start = Number(range[1]);
  const end = Math.min(range[2] === "" ? size - 1 : Number(range[2]), size - 1);
  if (start >= size) {
    const refusal = xmlError(416, "InvalidRange", "The requested range cannot be satisfied.");
    return { ...refusal, headers: { ...refusal.headers, "content-range": `bytes */${size}` } };
  }
  headers["content-range"] = `bytes ${start}-${end}/${size}`;
  return { status: 206, headers, body: object.content.subarray(start, end + 1) };
}

function toHashes(content: Buffer): string {
  const crc32c = crc32cOf(content);
  return `${crc32c === null ? "" : `crc32c=${crc32c},`}md5=${md5Of(content)}`;
}

function preconditionOf({ headers }: StorageCall): number | null {
  const given = headers["x-goog-if-generation-match"];
  return given === undefined ? null : Number(given);
}
