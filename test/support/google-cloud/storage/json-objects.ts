import type { Bucket, StoredObject } from "./bucket.ts";
import { jsonError, jsonReply, type StorageCall, type StorageReply } from "./storage-call.ts";

/** Answers lists (https://cloud.google.com/storage/docs/json_api/v1/objects/list); other calls of this interface are not imitated. */
export function answerJson({ method, path, query }: StorageCall, bucket: Bucket): StorageReply {
  if (method !== "GET" || !/^\/storage\/v1\/b\/[^/]+\/o$/.test(path))
    return jsonError(501, "notImplemented", "The stand-in lists objects only.");
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
    return object ? [pick(toResource(key, object), query.get("fields"))] : [];
  });
  return jsonReply(200, {
    ...(items.length > 0 ? { items } : {}),
    ...(keys.length > most && last !== undefined
      ? { nextPageToken: Buffer.from(last).toString("base64url") }
      : {}),
  });
}

/** An object in the form of the JSON interface. */
export function toResource(name: string, object: StoredObject): Readonly<Record<string, unknown>> {
  return {
    kind: "storage#object",
    name,
    generation: String(object.generation),
    size: String(object.content.length),
    timeCreated: new Date(object.createdAtMs).toISOString(),
    contentType: object.contentType,
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
