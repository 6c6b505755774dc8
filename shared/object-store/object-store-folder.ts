import { join } from "node:path";
import type { Logger } from "../observability/logger.ts";
import { checkExpiry, checkLimit, checkRange } from "./check-arguments.ts";
import { parseObjectKey, parseObjectPrefix } from "./object-key.ts";
import type { ByteRange, ObjectInfo, ObjectStore, PutOptions } from "./object-store.ts";
import { type Extent, openContent } from "./object-store-folder/open-content.ts";
import {
  isFolderThere,
  type Place,
  pathOfObject,
  preparePlace,
  removeEmptyFolders,
} from "./object-store-folder/place.ts";
import { publish } from "./object-store-folder/publish.ts";
import { discard, receive } from "./object-store-folder/receive.ts";
import { createSpace } from "./object-store-folder/space.ts";
import { createUnavailableError, onDisk } from "./object-store-folder/storage-error.ts";
import { type Sweeper, startSweeper } from "./object-store-folder/sweep.ts";
import { listVersions, readVersions, removeVersions, type Version } from "./object-store-folder/version.ts";
import { type Start, walkKeys, walkKeysInOrder } from "./object-store-folder/walk.ts";

const SWEEP_EVERY_MS = 60_000;

/** Each attempt fails only because the object was replaced between looking and opening. */
const MAX_ATTEMPTS = 100;

/** What the folder adapter needs. */
export interface FolderObjectStoreOptions {
  /** Made when missing, with mode 0700; its parent may be on any file system that keeps POSIX's promises of rename(2). */
  readonly folder: string;
  /** Bound on all objects together: their contents and 8 KiB for each. */
  readonly maxBytes: number;
  readonly logger: Logger;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
  /** A minute by default. */
  readonly sweepEveryMs?: number;
}

/**
 * Opens an object store in a folder. A key is a folder that holds one file, named by its expiry and size
 * (object-store-folder/version.ts): nothing else is written down, so nothing can disagree, and what a crash leaves is either
 * whole or swept. Processes may share the folder. Nothing is synced to the disk: a machine that loses power may lose what was
 * put in its last seconds.
 * @throws AppError `storage_unavailable` when the folder cannot be made
 */
export async function createFolderObjectStore(options: FolderObjectStoreOptions): Promise<ObjectStore> {
  const { logger, now = Date.now } = options;
  const folders = await onDisk(() => preparePlace(options.folder));
  const place: Place = { ...folders, writing: new Set(), space: createSpace(options.maxBytes), now, logger };
  const sweeper = startSweeper(place, options.sweepEveryMs ?? SWEEP_EVERY_MS);
  return {
    put: (key, content, how) => put(place, sweeper, { key, content, how }),
    get: (key, range) => onDisk(() => get(place, key, range)),
    info: (key) => onDisk(() => info(place, key)),
    list: (prefix, how) => onDisk(() => list(place, prefix, how)),
    delete: (key) => onDisk(() => remove(place, pathOf(place, key))),
    deleteAll: (prefix) => onDisk(() => removeAll(place, prefix)),
    close: () => sweeper.close(),
  };
}

async function put(
  place: Place,
  sweeper: Sweeper,
  { key, content, how }: { key: string; content: Uint8Array | AsyncIterable<Uint8Array>; how: PutOptions },
): Promise<boolean> {
  const path = pathOf(place, key);
  const expiresAtMs = checkExpiry(how.expiresAt);
  await sweeper.counted;
  const received = await receive(place, content, how.maxBytes ?? Number.POSITIVE_INFINITY);
  let published = false;
  try {
    published = await onDisk(() =>
      publish(place, received, { path, expiresAtMs, ifAbsent: how.ifAbsent === true }),
    );
  } finally {
    if (published) place.writing.delete(received.name);
    else await discard(place, received);
  }
  return published;
}

async function get(place: Place, key: string, range?: ByteRange): ReturnType<ObjectStore["get"]> {
  const path = pathOf(place, key);
  if (range) checkRange(range);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const live = await findLive(place, path);
    if (!live) return null;
    const content = await openContent(join(path, live.name), toExtent(live.sizeBytes, range));
    if (content) return { ...toInfo(key, live), content };
  }
  throw createUnavailableError(new Error("an object changed faster than it could be opened"));
}

async function info(place: Place, key: string): Promise<ObjectInfo | null> {
  const live = await findLive(place, pathOf(place, key));
  return live ? toInfo(key, live) : null;
}

async function list(
  place: Place,
  prefix: string,
  { limit, after = "" }: { readonly limit: number; readonly after?: string },
): Promise<readonly ObjectInfo[]> {
  checkLimit(limit);
  const found: ObjectInfo[] = [];
  const start = startOf(place, prefix);
  if (limit === 0 || !(await isFolderThere(place, start.path))) return found;
  for await (const { key, path } of walkKeysInOrder(start, { prefix, after })) {
    const { live } = await readVersions(place, path);
    if (live && found.push(toInfo(key, live)) === limit) break;
  }
  return found;
}

async function remove(place: Place, path: string): Promise<void> {
  if (!(await isFolderThere(place, path))) return;
  await removeVersions(place, path, await listVersions(path));
  await removeEmptyFolders(place, path);
}

async function removeAll(place: Place, prefix: string): Promise<void> {
  const start = startOf(place, prefix);
  if (!(await isFolderThere(place, start.path))) return;
  const leave = (path: string) => removeEmptyFolders(place, path);
  for await (const { key, path } of walkKeys(start, leave)) {
    if (key.startsWith(prefix)) await remove(place, path);
  }
}

/** The object under a key; one that has expired is removed on the way, if that can be: the sweep tries again, and says so. */
async function findLive(place: Place, path: string): Promise<Version | undefined> {
  if (!(await isFolderThere(place, path))) return undefined;
  const { versions, live } = await readVersions(place, path);
  const youngest = versions.at(-1);
  if (youngest && youngest.expiresAtMs <= place.now()) {
    const removing = removeVersions(place, path, versions).then(() => removeEmptyFolders(place, path));
    await removing.catch(() => undefined);
  }
  return live;
}

function pathOf(place: Place, key: string): string {
  return pathOfObject(place, parseObjectKey(key));
}

function startOf(place: Place, prefix: string): Start {
  const segments = parseObjectPrefix(prefix);
  return {
    path: join(place.objects, ...segments),
    begin: segments.map((segment) => `${segment}/`).join(""),
  };
}

function toInfo(key: string, { sizeBytes, expiresAtMs }: Version): ObjectInfo {
  return { key, sizeBytes, expiresAt: new Date(expiresAtMs) };
}

function toExtent(sizeBytes: number, range?: ByteRange): Extent {
  if (!range) return { position: 0, length: sizeBytes };
  const end = Math.min(range.end, sizeBytes - 1);
  return { position: range.start, length: Math.max(0, end - range.start + 1) };
}
