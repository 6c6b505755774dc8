import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { findObject, isLive } from "./found-object.ts";
import type { NewObject } from "./new-object.ts";
import { putWhole } from "./put-whole.ts";
import { type Piece, toPieces } from "./to-pieces.ts";
import { beginUpload, type UploadSession } from "./upload-session.ts";

/**
 * Puts a content: what fits into one piece in one call, what is longer in pieces. Whatever fails leaves nothing.
 * @returns false when the object is to be created only, and a live one is there
 * @throws GoogleCloudError; ObjectTooLargeError past `maxBytes`; what `content` throws
 */
export async function putObject(
  place: BucketPlace,
  object: NewObject,
  { content, maxBytes }: { content: Uint8Array | AsyncIterable<Uint8Array>; maxBytes: number },
): Promise<boolean> {
  const upload: { session: UploadSession | null } = { session: null };
  const sendNext = async (piece: Piece): Promise<boolean> => {
    if (upload.session === null && piece.isLast) return putWhole(place, object, piece.bytes);
    upload.session ??= await beginUpload(place, object, await chooseGeneration(place, object));
    return (await upload.session.send(piece)) || isOurs(place, object);
  };
  try {
    let isStored = false;
    for await (const piece of toPieces(content, maxBytes)) isStored = await sendNext(piece);
    return isStored;
  } catch (thrown) {
    await upload.session?.giveUp();
    throw thrown;
  }
}

/** What must lie under the key at the end of an upload: what has expired now, or nothing. */
async function chooseGeneration(place: BucketPlace, { key, ifAbsent }: NewObject): Promise<string | null> {
  if (!ifAbsent) return null;
  const found = await findObject(place, key);
  return found === null || isLive(found, place) ? "0" : found.generation;
}

/** Finds out whose object it is that is there. */
async function isOurs(place: BucketPlace, { key, putId }: NewObject): Promise<boolean> {
  const found = await findObject(place, key);
  if (found?.putId === putId) return true;
  if (found !== null && isLive(found, place)) return false;
  // It came, and went again or expired, while the content was sent, which is gone.
  throw new GoogleCloudError("upload: another object came and went.", {
    status: 412,
    reason: null,
    isUncertain: false,
  });
}
