import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import { readBounded } from "../../google-cloud/read-bounded.ts";
import type { ByteRange, ObjectInfo } from "../object-store.ts";
import { addressOf, type BucketPlace } from "./bucket-place.ts";
import { type FoundObject, findObject, isLive, parseHeaders, toInfo } from "./found-object.ts";
import { readContent } from "./read-content.ts";

const MOST_ERROR_BYTES = 16 * 1024;

/** An object that is open for reading. */
export type OpenObject = ObjectInfo & { readonly content: AsyncIterable<Uint8Array> };

/**
 * Opens a live object, or a range of it.
 * @returns null when there is none
 * @throws GoogleCloudError
 */
export async function getObject(
  place: BucketPlace,
  key: string,
  range: ByteRange | null,
): Promise<OpenObject | null> {
  const response = await open(place, { key, range, generation: null });
  if (response.status === 404) return refuseMissingBucket(response);
  if (response.status === 416) {
    await response.body?.cancel();
    const found = await findObject(place, key);
    return found !== null && isLive(found, place) ? { ...toInfo(found), content: nothing() } : null;
  }
  const found = parseHeaders(key, response.headers);
  if (!isLive(found, place)) {
    await response.body?.cancel();
    return null;
  }
  const { start, end } = toExtent(found, range);
  const source = {
    length: end - start,
    reopen: (from: number) =>
      open(place, { key, range: { start: start + from, end: end - 1 }, generation: found.generation }),
  };
  return { ...toInfo(found), content: readContent(response, source) };
}

function open(
  place: BucketPlace,
  what: { readonly key: string; readonly range: ByteRange | null; readonly generation: string | null },
): Promise<Response> {
  const { key, range, generation } = what;
  const address = addressOf(place, key);
  return place.client.open({
    method: "GET",
    url: generation === null ? address : `${address}?generation=${generation}`,
    name: "get object",
    // Only whoever looks for an object takes it that there is none; whoever goes on reading one does not.
    alsoTake: generation === null ? [404, 416] : [],
    isRepeatable: true,
    ...(range === null ? {} : { headers: { range: `bytes=${range.start}-${range.end}` } }),
  });
}

/** The bytes that an answer to this range holds: from `start` to before `end`. */
function toExtent({ sizeBytes }: FoundObject, range: ByteRange | null): { start: number; end: number } {
  if (range === null) return { start: 0, end: sizeBytes };
  return { start: range.start, end: Math.min(range.end + 1, sizeBytes) };
}

/** A bucket that is not there would look like a lost object. */
async function refuseMissingBucket(response: Response): Promise<null> {
  const text = (await readBounded(response, MOST_ERROR_BYTES)).toString("utf8");
  if (!text.includes("<Code>NoSuchBucket</Code>")) return null;
  throw new GoogleCloudError("get object: no such bucket.", {
    status: 404,
    reason: "NoSuchBucket",
    isUncertain: false,
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
