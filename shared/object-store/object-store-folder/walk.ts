import { opendir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { OBJECT_MARK } from "./place.ts";
import { hasCode } from "./storage-error.ts";

/** A key that has, or had, an object. */
export interface Found {
  readonly key: string;
  /** The key's own folder. */
  readonly path: string;
}

/** Where a walk begins. */
export interface Start {
  /** A folder above keys' own. */
  readonly path: string;
  /** What the keys below it begin with: empty, or ending in `/`. */
  readonly begin: string;
}

/**
 * Walks over the keys below a folder, in no order, with the memory of one folder's page however many there are. Links are not followed.
 * @param leave is told each folder above keys' own after its last key
 */
export async function* walkKeys(
  { path, begin }: Start,
  leave: (path: string) => Promise<unknown>,
): AsyncGenerator<Found> {
  for await (const name of foldersIn(path)) {
    const found = childOf({ path, begin }, name);
    if (found.isKey) yield found;
    else yield* walkKeys({ path: found.path, begin: found.key }, leave);
  }
  await leave(path);
}

/** Walks over the keys that begin with `prefix` and come after `after`, in the order of their characters. */
export async function* walkKeysInOrder(
  start: Start,
  wanted: { readonly prefix: string; readonly after: string },
): AsyncGenerator<Found> {
  const { prefix, after } = wanted;
  const mayHold = (begin: string) =>
    (begin.startsWith(prefix) || prefix.startsWith(begin)) && (begin > after || after.startsWith(begin));
  const children = (await folderNames(start.path))
    .map((name) => childOf(start, name))
    .filter(({ isKey, key }) => (isKey ? key.startsWith(prefix) && key > after : mayHold(key)))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const found of children) {
    if (found.isKey) yield found;
    else yield* walkKeysInOrder({ path: found.path, begin: found.key }, wanted);
  }
}

function childOf({ path, begin }: Start, name: string): Found & { readonly isKey: boolean } {
  const isKey = name.endsWith(OBJECT_MARK);
  const key = isKey ? `${begin}${name.slice(0, -OBJECT_MARK.length)}` : `${begin}${name}/`;
  return { key, path: join(path, name), isKey };
}

async function* foldersIn(path: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(path)) if (entry.isDirectory()) yield entry.name;
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT")) throw thrown;
  }
}

async function folderNames(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return [];
    throw thrown;
  }
}
