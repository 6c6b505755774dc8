import { randomUUID } from "node:crypto";
import type { Bucket } from "./bucket.ts";
import { generationOf, NOT_MET, toResource } from "./json-objects.ts";
import { jsonError, jsonReply, type StorageCall, type StorageReply } from "./storage-call.ts";

const CHUNK_UNIT_BYTES = 256 * 1024;

interface Upload {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly customTime: string;
  readonly contentType: string;
  readonly ifGenerationMatch: number | null;
  content: Buffer;
  finished: StorageReply | null;
}

/** Uploads in pieces (https://cloud.google.com/storage/docs/performing-resumable-uploads). */
export class ResumableUploads {
  readonly #uploads = new Map<string, Upload>();

  /** How many were begun and neither finished nor given up. */
  get open(): number {
    return [...this.#uploads.values()].filter(({ finished }) => finished === null).length;
  }

  /** Answers one call of the upload path. */
  answer(
    call: StorageCall,
    body: Buffer,
    bucket: Bucket,
    place: { origin: string; nowMs: number },
  ): StorageReply {
    const id = call.query.get("upload_id");
    if (call.method === "POST" && id === null) return this.#begin(call, body, place.origin);
    const upload = id === null ? undefined : this.#uploads.get(id);
    if (id === null || !upload) return jsonError(404, "notFound", "No such upload.");
    if (call.method === "DELETE") {
      this.#uploads.delete(id);
      return { status: 499 };
    }
    if (call.method !== "PUT") return jsonError(405, "methodNotAllowed", "An upload takes PUT.");
    if (upload.finished) return upload.finished;
    return take(upload, { call, body, bucket, nowMs: place.nowMs });
  }

  #begin(call: StorageCall, body: Buffer, origin: string): StorageReply {
    const resource = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    const id = randomUUID();
    const key = call.key || resource.name;
    this.#uploads.set(id, {
      key,
      metadata: resource.metadata ?? {},
      customTime: resource.customTime ?? "",
      contentType:
        resource.contentType ?? call.headers["x-upload-content-type"] ?? "application/octet-stream",
      ifGenerationMatch: generationOf(call.query),
      content: Buffer.alloc(0),
      finished: null,
    });
    const query = new URLSearchParams({ uploadType: "resumable", name: key, upload_id: id });
    return { status: 200, headers: { location: `${origin}${call.path}?${query}` } };
  }
}

function take(
  upload: Upload,
  { call, body, bucket, nowMs }: { call: StorageCall; body: Buffer; bucket: Bucket; nowMs: number },
): StorageReply {
  // `0-*/*` says that everything comes at once, however long it is.
  const sent = (call.headers["content-range"] ?? "").replace(
    /-\*\/\*$/,
    `-${body.length - 1}/${body.length}`,
  );
  const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(sent);
  if (!range) return jsonError(400, "invalid", "Content-Range is out of form.");
  const total = range[3] === "*" ? null : Number(range[3]);
  if (range[1] !== undefined) {
    const start = Number(range[1]);
    if (start > upload.content.length)
      return jsonError(503, "backendError", "The offset exceeds what is there.");
    if (Number(range[2]) - start + 1 !== body.length)
      return jsonError(400, "invalid", "The length is wrong.");
    if (total === null && body.length % CHUNK_UNIT_BYTES !== 0)
      return jsonError(400, "invalid", "A piece that is not the last has multiples of 256 KiB.");
    upload.content = Buffer.concat([upload.content, body.subarray(upload.content.length - start)]);
  }
  if (total === null || upload.content.length < total) {
    const last = upload.content.length - 1;
    return { status: 308, headers: last < 0 ? {} : { range: `bytes=0-${last}` } };
  }
  upload.finished = finish(upload, bucket, nowMs);
  return upload.finished;
}

function finish(upload: Upload, bucket: Bucket, createdAtMs: number): StorageReply {
  const { key, content, metadata, customTime, contentType, ifGenerationMatch } = upload;
  const object = { content, metadata, customTime, contentType, createdAtMs };
  const stored = bucket.put(key, object, ifGenerationMatch);
  if (!stored) return NOT_MET;
  return jsonReply(200, toResource(bucket, key, stored));
}
