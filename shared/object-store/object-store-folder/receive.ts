import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { ObjectTooLargeError } from "../object-store.ts";
import type { Place } from "./place.ts";
import { costOf } from "./space.ts";
import { onDisk } from "./storage-error.ts";

/** Name of the file while it is written. */
export const CONTENT_NAME = "content";

/** A content that is whole on the disk and that nobody sees yet. */
export interface Received {
  /** Folder in `incoming` that holds nothing but `CONTENT_NAME`. */
  readonly folder: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Writes a content to the disk with the memory of one of its chunks. Whatever fails leaves nothing.
 * @throws ObjectTooLargeError past `maxBytes`; AppError `storage_unavailable`; what `content` throws
 */
export async function receive(
  place: Place,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Received> {
  const name = randomBytes(16).toString("hex");
  const folder = join(place.incoming, name);
  let sizeBytes = 0;
  place.space.take(costOf(0));
  place.writing.add(name);
  try {
    const file = await onDisk(() => createFile(folder));
    try {
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        if (sizeBytes + chunk.byteLength > maxBytes) throw new ObjectTooLargeError(maxBytes);
        place.space.take(chunk.byteLength);
        sizeBytes += chunk.byteLength;
        await onDisk(() => file.writeFile(chunk));
      }
    } finally {
      await onDisk(() => file.close());
    }
    return { folder, name, sizeBytes };
  } catch (thrown) {
    await discard(place, { folder, name, sizeBytes });
    throw thrown;
  }
}

/** Removes what was received. Never throws: the sweep finds what stays. */
export async function discard(place: Place, { folder, name, sizeBytes }: Received): Promise<void> {
  place.space.giveBack(costOf(sizeBytes));
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  place.writing.delete(name);
}

async function createFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { mode: 0o700 });
  return open(join(folder, CONTENT_NAME), "wx", 0o600);
}
