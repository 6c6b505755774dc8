import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import { type BucketPlace, timeFor } from "./bucket-place.ts";
import type { NewObject } from "./new-object.ts";
import type { Piece } from "./to-pieces.ts";

/** Answers to one piece that keep only a part of it. */
const MAX_PARTS = 20;

/** An upload in pieces: nobody sees the object before the last one. */
export interface UploadSession {
  /**
   * Sends the next piece. A piece whose answer is lost is sent again: Google passes over bytes that it has.
   * @returns false when the last piece is there and the object may not be put: the generation is another
   * @throws GoogleCloudError
   */
  send(piece: Piece): Promise<boolean>;
  /** Leaves nothing behind; never throws. */
  giveUp(): Promise<void>;
}

/**
 * Begins a resumable upload (https://cloud.google.com/storage/docs/performing-resumable-uploads).
 * @param generation what must lie there, `0` for nothing; null for whatever lies there
 * @throws GoogleCloudError
 */
export async function beginUpload(
  place: BucketPlace,
  object: NewObject,
  generation: string | null,
): Promise<UploadSession> {
  const url = await openSession(place, object, generation);
  let sent = 0;
  return {
    async send({ bytes, isLast }) {
      const start = sent;
      const end = start + bytes.byteLength;
      for (let part = 0; part < MAX_PARTS; part += 1) {
        const rest = bytes.subarray(sent - start);
        const answer = await place.client.ask({
          method: "PUT",
          url,
          name: "upload piece",
          // A call without bytes asks what is there.
          headers: {
            "content-range": `bytes ${sent < end ? `${sent}-${end - 1}` : "*"}/${isLast ? end : "*"}`,
          },
          body: rest,
          alsoTake: [308, 412],
          isRepeatable: true,
          attemptMs: timeFor(rest.byteLength),
          deadlineMs: 2 * timeFor(rest.byteLength),
        });
        if (answer.status !== 308) return answer.status !== 412;
        sent = keptBytes(answer.headers.get("range"), { atLeast: sent, atMost: end });
        if (sent === end && !isLast) return true;
      }
      throw toError("Google keeps less than it is sent");
    },
    async giveUp() {
      await place.client
        .ask({
          method: "DELETE",
          url,
          name: "give up upload",
          // 499 is what a session that was given up is answered with.
          alsoTake: [404, 410, 499],
          isRepeatable: true,
          deadlineMs: 5_000,
        })
        .catch(() => undefined);
    },
  };
}

async function openSession(
  place: BucketPlace,
  object: NewObject,
  generation: string | null,
): Promise<string> {
  const query = new URLSearchParams({ uploadType: "resumable", name: object.key });
  if (generation !== null) query.set("ifGenerationMatch", generation);
  const { headers } = await place.client.ask({
    method: "POST",
    url: `${place.endpoint}/upload/storage/v1/b/${place.bucket}/o?${query}`,
    name: "begin upload",
    headers: { "content-type": "application/json", "x-upload-content-type": "application/octet-stream" },
    body: JSON.stringify({ metadata: object.metadata, customTime: object.customTime }),
    // A session that nobody uses is nothing.
    isRepeatable: true,
  });
  const url = headers.get("location") ?? "";
  // It is sent our token.
  if (!URL.canParse(url) || new URL(url).origin !== new URL(place.endpoint).origin)
    throw toError("the session is elsewhere");
  return url;
}

/** Reads `bytes=0-N`; no header means that nothing is kept. */
function keptBytes(range: string | null, { atLeast, atMost }: { atLeast: number; atMost: number }): number {
  const last = /^bytes=0-(\d{1,15})$/.exec(range ?? "")?.[1];
  const kept = last === undefined ? 0 : Number(last) + 1;
  if (kept < atLeast || kept > atMost) throw toError("Google lost what it had kept");
  return kept;
}

function toError(what: string): GoogleCloudError {
  return new GoogleCloudError(`upload: ${what}.`, { status: null, reason: null, isUncertain: true });
}
