import type { Bucket } from "./bucket.ts";
import { generationOf, NOT_MET, toResource } from "./json-objects.ts";
import { jsonError, jsonReply, type StorageCall, type StorageReply } from "./storage-call.ts";

/** Takes an object in one call of two parts (https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object). */
export function takeMultipart(
  call: StorageCall,
  body: Buffer,
  { bucket, nowMs }: { readonly bucket: Bucket; readonly nowMs: number },
): StorageReply {
  const boundary = /^multipart\/related; boundary="?([^"]+)"?$/.exec(call.headers["content-type"] ?? "")?.[1];
  const parts = boundary === undefined ? [] : splitParts(body, boundary);
  const [description, media] = parts;
  if (description === undefined || media === undefined || parts.length !== 2)
    return jsonError(400, "badRequest", "Malformed multipart body.");
  const { name, metadata = {}, customTime = "", contentType } = JSON.parse(description.content.toString());
  const key = call.key || name;
  const object = {
    content: media.content,
    metadata,
    customTime,
    contentType: contentType ?? media.contentType,
    createdAtMs: nowMs,
  };
  const stored = bucket.put(key, object, generationOf(call.query));
  return stored ? jsonReply(200, toResource(bucket, key, stored)) : NOT_MET;
}

function splitParts(body: Buffer, boundary: string) {
  const mark = Buffer.from(`--${boundary}`);
  const parts: { readonly contentType: string; readonly content: Buffer }[] = [];
  for (let at = body.indexOf(mark); ; ) {
    const next = body.indexOf(mark, at + mark.length);
    if (at < 0 || next < 0) return parts;
    // Between the boundaries: a line's end, headers, an empty line, the content, and a line's end.
    const part = body.subarray(at + mark.length + 2, next - 2);
    const split = part.indexOf("\r\n\r\n");
    const contentType = /^content-type: *(.+)$/im.exec(part.subarray(0, split).toString())?.[1] ?? "";
    parts.push({ contentType: contentType.trim(), content: part.subarray(split + 4) });
    at = next;
  }
}
