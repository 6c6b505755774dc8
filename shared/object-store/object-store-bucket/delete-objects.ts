import { addressOf, type BucketPlace } from "./bucket-place.ts";
import { type FoundObject, findObject } from "./found-object.ts";
import { listObjects } from "./list-objects.ts";

/** Deletes under way at once. */
const AT_ONCE = 16;

/**
 * Deletes what lies under a key now. A call that is made again never takes what somebody put meanwhile.
 * @throws GoogleCloudError
 */
export async function deleteObject(place: BucketPlace, key: string): Promise<void> {
  const found = await findObject(place, key);
  if (found !== null) await deleteFound(place, found);
}

/** Deletes everything that begins with a prefix. @throws GoogleCloudError */
export async function deleteObjects(place: BucketPlace, prefix: string): Promise<void> {
  let batch: FoundObject[] = [];
  const deleteBatch = async () => {
    await Promise.all(batch.map((found) => deleteFound(place, found)));
    batch = [];
  };
  for await (const found of listObjects(place, prefix, {})) {
    if (batch.push(found) === AT_ONCE) await deleteBatch();
  }
  await deleteBatch();
}

async function deleteFound(place: BucketPlace, { key, generation }: FoundObject): Promise<void> {
  await place.client.ask({
    method: "DELETE",
    url: addressOf(place, key),
    name: "delete object",
    headers: { "x-goog-if-generation-match": generation },
    // Gone already, or another one.
    alsoTake: [404, 412],
    isRepeatable: true,
  });
}
