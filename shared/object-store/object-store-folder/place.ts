import { chmod, lstat, mkdir, realpath, rmdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { Logger } from "../../observability/logger.ts";
import type { Space } from "./space.ts";
import { createUnavailableError, hasCode } from "./storage-error.ts";

/** Ends the name of a key's folder, so that the keys `a` and `a/b` can both be there: no key has it. */
export const OBJECT_MARK = "=";

const PRIVATE_MODE = 0o700;

/** Where a store lives, and what all its parts share. */
export interface Place {
  /** Folder of folders by the segments of keys; the last one is the key's own and holds its versions. */
  readonly objects: string;
  /** Folder of what is being written; each in a folder of its own. */
  readonly incoming: string;
  /** Names in `incoming` that this process is writing. */
  readonly writing: Set<string>;
  readonly space: Space;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Makes what is missing of the store's folders, for their owner alone. @returns their paths without symbolic links */
export async function preparePlace(folder: string): Promise<Pick<Place, "objects" | "incoming">> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_MODE });
  const root = await realpath(folder);
  await chmod(root, PRIVATE_MODE);
  const place = { objects: join(root, "objects"), incoming: join(root, "incoming") };
  for (const path of Object.values(place)) {
    await mkdir(path, { recursive: true, mode: PRIVATE_MODE });
    if (!(await lstat(path)).isDirectory()) throw createUnavailableError(new Error("a folder is a link"));
  }
  return place;
}

/** A key's own folder. */
export function pathOfObject(place: Place, segments: readonly string[]): string {
  return `${join(place.objects, ...segments)}${OBJECT_MARK}`;
}

/**
 * True when a folder of the store is there and no part of its path is a symbolic link.
 * @throws AppError `storage_unavailable` when somebody planted a link, or when the whole store is gone
 */
export async function isFolderThere(place: Place, path: string): Promise<boolean> {
  try {
    const real = await realpath(path);
    if (real === path) return true;
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT")) throw thrown;
    await lstat(place.objects);
    return false;
  }
  throw createUnavailableError(new Error("a symbolic link was planted in the store"));
}

/** Makes a folder of the store, and those above it one by one: none is made behind a link that somebody planted. */
export async function prepareFolder(place: Place, path: string): Promise<void> {
  if (await isFolderThere(place, path)) return;
  await prepareFolder(place, dirname(path));
  try {
    await mkdir(path, { mode: PRIVATE_MODE });
  } catch (thrown) {
    // Others make and remove the same folders; who needs this one looks again.
    if (!hasCode(thrown, "EEXIST", "ENOENT")) throw thrown;
  }
}

/** Removes a folder of the store when it is empty, then those above it that became empty. */
export async function removeEmptyFolders(place: Place, path: string): Promise<void> {
  let current = path;
  while (current.startsWith(place.objects + sep) && (await removeIfEmpty(current)))
    current = dirname(current);
}

/** @returns true when the folder is gone, by whomever */
export async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return true;
    if (hasCode(thrown, "ENOTEMPTY", "EEXIST", "ENOTDIR")) return false;
    throw thrown;
  }
}
