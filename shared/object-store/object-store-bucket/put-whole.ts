import { createHash } from "node:crypto";
import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import { addressOf, type BucketPlace, timeFor } from "./bucket-place.ts";
import { findObject, isLive } from "./found-object.ts";
import type { NewObject } from "./new-object.ts";

/** Each round is one more object that came, went or expired in between. */
const MAX_ROUNDS = 100;

/**
 * Puts a content in one call, and finds out what became of it when the answer is lost: nothing is put twice, and a creation whose
 * answer is lost is still known as ours.
 * @returns false when the object is to be created only, and a live one is there
 * @throws GoogleCloudError
 */
export async function putWhole(
  place: BucketPlace,
  object: NewObject,
  content: Buffer<ArrayBuffer>,
): Promise<boolean> {
  let generation = object.ifAbsent ? "0" : null;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await send(place, { object, content, generation });
    if (outcome === "stored") return true;
    const found = await findObject(place, object.key);
    if (found?.putId === object.putId) return true;
    // Whoever put something between the look and the call came after us: what we put would be gone.
    if (!object.ifAbsent && outcome === "not-stored") return true;
    if (object.ifAbsent && found !== null && isLive(found, place)) return false;
    generation = found?.generation ?? "0";
  }
  throw new GoogleCloudError("put object: it changes faster than it can be put.", {
    status: 412,
    reason: null,
    isUncertain: false,
  });
}

async function send(
  place: BucketPlace,
  call: {
    readonly object: NewObject;
    readonly content: Buffer<ArrayBuffer>;
    readonly generation: string | null;
  },
): Promise<"stored" | "not-stored" | "unknown"> {
  const { object, content, generation } = call;
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-goog-meta-${name}`, value]);
  try {
    const { status } = await place.client.ask({
      method: "PUT",
      url: addressOf(place, object.key),
      name: "put object",
      headers: {
        ...Object.fromEntries(metadata),
        "x-goog-custom-time": object.customTime,
        "content-type": "application/octet-stream",
        "content-md5": createHash("md5").update(content).digest("base64"),
        ...(generation === null ? {} : { "x-goog-if-generation-match": generation }),
      },
      body: content,
      alsoTake: [412],
      // Without a condition, a second call might undo what somebody else put long after the first.
      isRepeatable: generation !== null,
      attemptMs: timeFor(content.byteLength),
      deadlineMs: 2 * timeFor(content.byteLength),
    });
    return status === 412 ? "not-stored" : "stored";
  } catch (thrown) {
    if (generation === null && thrown instanceof GoogleCloudError && thrown.isUncertain) return "unknown";
    throw thrown;
  }
}
