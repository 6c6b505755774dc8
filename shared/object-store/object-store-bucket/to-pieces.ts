import { ObjectTooLargeError } from "../object-store.ts";

/** Of each upload so much is in memory; a multiple of 256 KiB, which is what Google takes. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A piece of a content. */
export interface Piece {
  readonly bytes: Buffer<ArrayBuffer>;
  /** The last one may be shorter or empty; all others have 4 MiB. */
  readonly isLast: boolean;
}

/**
 * Cuts a content into pieces that can be sent more than once.
 * @throws ObjectTooLargeError past `maxBytes`; what `content` throws
 */
export async function* toPieces(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Piece> {
  let held: Buffer<ArrayBuffer>[] = [];
  let heldBytes = 0;
  let allBytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    allBytes += chunk.byteLength;
    if (allBytes > maxBytes) throw new ObjectTooLargeError(maxBytes);
    // A copy: whoever gives chunks may use their memory again.
    held.push(Buffer.from(chunk));
    heldBytes += chunk.byteLength;
    if (heldBytes <= PIECE_BYTES) continue;
    let whole = Buffer.concat(held);
    for (; whole.byteLength > PIECE_BYTES; whole = whole.subarray(PIECE_BYTES))
      yield { bytes: whole.subarray(0, PIECE_BYTES), isLast: false };
    held = [whole];
    heldBytes = whole.byteLength;
  }
  yield { bytes: Buffer.concat(held), isLast: true };
}
