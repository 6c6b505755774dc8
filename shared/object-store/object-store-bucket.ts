import type { GoogleClient } from "../google-cloud/google-client.ts";
import { checkExpiry, checkLimit, checkRange } from "./check-arguments.ts";
import { parseObjectKey, parseObjectPrefix } from "./object-key.ts";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";
import { onBucket } from "./object-store-bucket/bucket-error.ts";
import type { BucketPlace } from "./object-store-bucket/bucket-place.ts";
import { deleteObject, deleteObjects } from "./object-store-bucket/delete-objects.ts";
import { findObject, isLive, toInfo } from "./object-store-bucket/found-object.ts";
import { getObject } from "./object-store-bucket/get-object.ts";
import { listObjects } from "./object-store-bucket/list-objects.ts";
import { createNewObject } from "./object-store-bucket/new-object.ts";
import { putObject } from "./object-store-bucket/put-object.ts";

/** What the bucket adapter needs. */
export interface BucketObjectStoreOptions {
  readonly client: GoogleClient;
  /** Name of a bucket that nobody else writes to. */
  readonly bucket: string;
  /** Origin of the storage service, like https://storage.googleapis.com. */
  readonly endpoint: string;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

/**
 * Opens an object store in a bucket of Google Cloud Storage, by its XML interface and, for lists and uploads in pieces, its JSON
 * interface. An object's expiry is custom metadata, which every reader obeys to the millisecond; the bucket's lifecycle rules remove what
 * has expired, by the custom time that is set to the same. What was put through a signed URL, without either, expires a day
 * after it came.
 */
export function createBucketObjectStore(options: BucketObjectStoreOptions): ObjectStore {
  const { client, bucket, endpoint, now = Date.now } = options;
  const place: BucketPlace = { client, bucket, endpoint, now };
  return {
    async put(key, content, how) {
      parseObjectKey(key);
      const object = createNewObject(key, checkExpiry(how.expiresAt), how.ifAbsent === true);
      const maxBytes = how.maxBytes ?? Number.POSITIVE_INFINITY;
      return onBucket(() => putObject(place, object, { content, maxBytes }));
    },
    async get(key, range) {
      parseObjectKey(key);
      if (range) checkRange(range);
      return onBucket(() => getObject(place, key, range ?? null));
    },
    async info(key) {
      parseObjectKey(key);
      const found = await onBucket(() => findObject(place, key));
      return found !== null && isLive(found, place) ? toInfo(found) : null;
    },
    async list(prefix, { limit, after = "" }) {
      checkLimit(limit);
      parseObjectPrefix(prefix);
      return limit === 0 ? [] : onBucket(() => listLive(place, prefix, { limit, after }));
    },
    async delete(key) {
      parseObjectKey(key);
      await onBucket(() => deleteObject(place, key));
    },
    async deleteAll(prefix) {
      parseObjectPrefix(prefix);
      await onBucket(() => deleteObjects(place, prefix));
    },
    async close() {},
  };
}

async function listLive(
  place: BucketPlace,
  prefix: string,
  { limit, after }: { readonly limit: number; readonly after: string },
): Promise<readonly ObjectInfo[]> {
  const live: ObjectInfo[] = [];
  for await (const found of listObjects(place, prefix, { after, firstPage: limit })) {
    if (isLive(found, place) && live.push(toInfo(found)) === limit) break;
  }
  return live;
}
