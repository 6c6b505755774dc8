import { type Bucket, crc32cOf, md5Of, type StoredObject } from "./bucket.ts";
import { jsonError, jsonReply, type StorageCall, type StorageReply } from "./storage-call.ts";
import { readObject } from "./xml-objects.ts";

/** Answers lists, GET and DELETE of one object (https://cloud.google.com/storage/docs/json_api/v1/objects). */
export function answerJson(call: StorageCall, bucket: Bucket): StorageReply {
  if (!/^\/storage\/v1\/b\/[^/]+\/o(\/|$)/.test(call.path))
    return jsonError(501, "notImplemented", "The stand-in has objects only.");
  if (call.key !== "") return answerOne(call, bucket);
  if (call.method !== "GET") return jsonError(405, "methodNotAllowed", "A list takes GET.");
  return list(call, bucket);
}

function answerOne(call: StorageCall, bucket: Bucket): StorageReply {
  const { method, key, query } = call;
  const object = bucket.objects.get(key);
  const generation = query.get("generation");
  if (!object || (generation !== null && Number(generation) !== object.generation))
    return jsonError(404, "notFound", `No such object: ${bucket.name}/${key}`);
  if (!bucket.holds(key, generationOf(query))) return NOT_MET;
  if (method === "DELETE") {
    bucket.objects.delete(key);
    return { status: 204 };
  }
  if (method !== "GET") return jsonError(405, "methodNotAllowed", "The stand-in reads and deletes here.");
  if (query.get("alt") === "media") return readObject(call, object);
  return jsonReply(200, toResource(bucket, key, object));
}

/** The answer to a precondition that does not hold. */
export const NOT_MET = jsonError(
  412,
  "conditionNotMet",
  "At least one of the pre-conditions you specified did not hold.",
);

/** The precondition of a call; null for none. */
export function generationOf(query: URLSearchParams): number | null {
  const given = query.get("ifGenerationMatch");
  return given === null ? null : Number(given);
}

function list({ query }: StorageCall, bucket: Bucket): StorageReply {
  const prefix = query.get("prefix") ?? "";
  const start = query.get("startOffset") ?? "";
  const after = Buffer.from(query.get("pageToken") ?? "", "base64url").toString("utf8");
  const most = Math.min(1000, Number(query.get("maxResults") ?? 1000));
  const keys = [...bucket.objects.keys()]
    .filter((key) => key.startsWith(prefix) && key >= start && (after === "" || key > after))
    .sort();
  const page = keys.slice(0, most);
  const last = page.at(-1);
  const items = page.flatMap((key) => {
    const object = bucket.objects.get(key);
    return object ? [pick(toResource(bucket, key, object), query.get("fields"))] : [];
  });
  return jsonReply(200, {
    ...(items.length > 0 ? { items } : {}),
    ...(keys.length > most && last !== undefined
      ? { nextPageToken: Buffer.from(last).toString("base64url") }
      : {}),
  });
}

/** An object in the form of the JSON interface. */
export function toResource(
  bucket: Bucket,
  name: string,
  object: StoredObject,
): Readonly<Record<string, unknown>> {
  return {
    kind: "storage#object",
    bucket: bucket.name,
    name,
    etag: `"${object.generation}"`,
    generation: String(object.generation),
    size: String(object.content.length),
    timeCreated: new Date(object.createdAtMs).toISOString(),
    contentType: object.contentType,
    md5Hash: md5Of(object.content),
    crc32c: crc32cOf(object.content) ?? undefined,
    ...(Object.keys(object.metadata).length > 0 ? { metadata: object.metadata } : {}),
    ...(object.customTime === "" ? {} : { customTime: object.customTime }),
  };
}

/** Leaves out what the caller did not ask for, by a list like `nextPageToken,items(name,size)`. */
function pick(resource: Readonly<Record<string, unknown>>, fields: string | null) {
  const wanted = /items\(([^)]*)\)/.exec(fields ?? "")?.[1]?.split(",");
  if (!wanted) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([name]) => wanted.includes(name)));
}
