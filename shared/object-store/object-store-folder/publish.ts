import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isFolderThere, type Place, prepareFolder, removeIfEmpty } from "./place.ts";
import { CONTENT_NAME, type Received } from "./receive.ts";
import { createUnavailableError, hasCode } from "./storage-error.ts";
import { createVersion, listVersions, readVersions, removeVersions } from "./version.ts";

/** Each attempt fails only because somebody else changed the same key or emptied a folder on the way to it. */
const MAX_ATTEMPTS = 100;

/** What becomes of a received content. */
export interface Publication {
  /** The key's own folder. */
  readonly path: string;
  readonly expiresAtMs: number;
  readonly ifAbsent: boolean;
}

type Outcome = "published" | "object is there" | "try again";

/**
 * Makes a received content the object. The kernel decides between racers of all processes: renaming a folder onto another
 * one succeeds only when that one is missing or empty (rename(2)), so exactly one of them fills an empty key; and what has
 * expired is removed by its own name, so nobody removes what a faster racer put in its place.
 * @returns false when `ifAbsent` is asked for and a live object is there; what was received is then still in `incoming`
 * @throws AppError `storage_unavailable`
 */
export async function publish(place: Place, received: Received, wanted: Publication): Promise<boolean> {
  let version = createVersion(place.now(), wanted.expiresAtMs, received.sizeBytes);
  await rename(join(received.folder, CONTENT_NAME), join(received.folder, version.name));

  const replace = async (): Promise<Outcome> => {
    const olders = await listVersions(wanted.path);
    const stamp = Math.max(place.now(), (olders.at(-1)?.stamp ?? 0) + 1);
    const younger = createVersion(stamp, wanted.expiresAtMs, received.sizeBytes);
    if (!(await moved(join(received.folder, version.name), join(wanted.path, younger.name))))
      return "try again";
    version = younger;
    // The object is replaced already; what stays of its elders is invisible, and the sweep's.
    await removeVersions(place, wanted.path, olders).catch(() => undefined);
    await removeIfEmpty(received.folder).catch(() => false);
    return "published";
  };

  const makeRoom = async (): Promise<Outcome> => {
    const { versions, live } = await readVersions(place, wanted.path);
    if (live) return "object is there";
    await removeVersions(place, wanted.path, versions);
    return "try again";
  };

  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    await prepareFolder(place, dirname(wanted.path));
    if (await moved(received.folder, wanted.path)) return true;
    if (!(await isFolderThere(place, wanted.path))) continue;
    const outcome = wanted.ifAbsent ? await makeRoom() : await replace();
    if (outcome !== "try again") return outcome === "published";
  }
  throw createUnavailableError(new Error("a key changed faster than it could be written"));
}

/** @returns false when the target is taken, or a folder on the way was removed as empty */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT", "ENOTEMPTY", "EEXIST")) return false;
    throw thrown;
  }
}
