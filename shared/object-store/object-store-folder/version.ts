import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./place.ts";
import { costOf } from "./space.ts";
import { createUnavailableError, hasCode } from "./storage-error.ts";

/**
 * One content that a key has or had: a file in the key's folder whose name says everything about it. The name is never used
 * twice, so removing a version by its name can never hit a younger one.
 */
export interface Version {
  readonly name: string;
  /** Milliseconds of the put, and more than that of the version which it replaced: the highest is the object. */
  readonly stamp: number;
  readonly expiresAtMs: number;
  readonly sizeBytes: number;
}

/** Each attempt fails only because the youngest version was replaced after it was listed. */
const MAX_ATTEMPTS = 100;

const NAME = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.[0-9a-f]{16}$/;

/** Makes a version that was never there. */
export function createVersion(stamp: number, expiresAtMs: number, sizeBytes: number): Version {
  const name = `${stamp}.${expiresAtMs}.${sizeBytes}.${randomBytes(8).toString("hex")}`;
  return { name, stamp, expiresAtMs, sizeBytes };
}

/** The versions in a key's folder, oldest first; none when there is no such folder. */
export async function listVersions(path: string): Promise<readonly Version[]> {
  try {
    const names = await readdir(path);
    return names.flatMap(parseVersion).sort((a, b) => a.stamp - b.stamp || (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return [];
    throw thrown;
  }
}

/**
 * Looks at a key's folder.
 * @returns its versions, oldest first, and the object among them: none when the youngest has expired or is not the whole file
 *   that its name promises (a machine that lost power may keep the name and lose the bytes)
 */
export async function readVersions(
  place: Place,
  path: string,
): Promise<{ readonly versions: readonly Version[]; readonly live?: Version }> {
  let versions: readonly Version[] = [];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    versions = await listVersions(path);
    const youngest = versions.at(-1);
    if (!youngest || youngest.expiresAtMs <= place.now()) return { versions };
    const file = await lookAt(join(path, youngest.name));
    if (file === "gone") continue;
    return file.isFile() && file.size === youngest.sizeBytes ? { versions, live: youngest } : { versions };
  }
  throw createUnavailableError(new Error("a key changed faster than it could be read"));
}

/** Removes versions, oldest first, so that none comes back to life when this ends half-way. */
export async function removeVersions(
  place: Place,
  path: string,
  versions: readonly Version[],
): Promise<void> {
  for (const { name, sizeBytes } of versions) {
    try {
      await unlink(join(path, name));
      place.space.giveBack(costOf(sizeBytes));
    } catch (thrown) {
      if (!hasCode(thrown, "ENOENT")) throw thrown;
    }
  }
}

async function lookAt(path: string): Promise<Stats | "gone"> {
  try {
    return await lstat(path);
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return "gone";
    throw thrown;
  }
}

function parseVersion(name: string): Version[] {
  const [, stamp, expiresAtMs, sizeBytes] = NAME.exec(name) ?? [];
  if (sizeBytes === undefined) return [];
  return [{ name, stamp: Number(stamp), expiresAtMs: Number(expiresAtMs), sizeBytes: Number(sizeBytes) }];
}
