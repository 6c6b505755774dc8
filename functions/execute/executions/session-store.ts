import { randomBytes } from "node:crypto";
import { FILE_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { InputFile } from "../executor/executor.ts";
import type { StoredFile } from "./execution-record.ts";
import { readObject, toObject } from "./read-object.ts";

/** A session that one program at a time works in. */
export interface OpenSession {
  readonly id: string;
  /** What lies in its folder. */
  readonly files: readonly InputFile[];
  /** Makes `changed`, and those of the former files that `unchanged` names, what the next program finds. */
  save(changed: readonly StoredFile[], unchanged: readonly string[]): Promise<void>;
  /** True when somebody else has saved it since: this instance had no processor meanwhile, and has no part in it any more. */
  isTakenOver(): Promise<boolean>;
  /** Lets the next program in. */
  close(): Promise<void>;
}

/** Keeps the working folders of sessions, each for an hour from its start. */
export interface SessionStore {
  /**
   * Opens a session, or starts one when `id` is `new`.
   * @throws AppError `not_found` when there is none for this owner, `conflict` when a program works in it
   */
  open(owner: string, id: string): Promise<OpenSession>;
  /** Joins a session that another instance has opened for a program, which this one has taken up. */
  takeUp(owner: string, id: string): Promise<OpenSession>;
}

interface Manifest {
  readonly expiresAt: string;
  readonly files: readonly StoredFile[];
}

/** Longer than a program may wait for a sandbox on one machine, run and hand over its files. */
const LOCK_MS = 90_000;

/**
 * Builds the memory of sessions on any object store.
 * @param lockMs longer than a program may wait for a sandbox, run and hand over its files; 90 s by default
 */
export function createSessionStore(store: ObjectStore, lockMs = LOCK_MS): SessionStore {
  const lockKey = (owner: string, id: string) => `session-locks/${owner}/${id}`;
  const manifestKey = (owner: string, id: string) => `sessions/${owner}/${id}`;

  async function lock(owner: string, id: string): Promise<void> {
    const expiresAt = new Date(Date.now() + lockMs);
    if (await store.put(lockKey(owner, id), toObject({}), { expiresAt, ifAbsent: true })) return;
    throw new AppError(
      "conflict",
      "Another program works in this session. Wait until it has ended, and send this one again.",
      { retryAfterSeconds: 2 },
    );
  }

  function startManifest(): Manifest {
    return { expiresAt: new Date(Date.now() + FILE_LIFETIME_SECONDS * 1000).toISOString(), files: [] };
  }

  const readManifest = (owner: string, id: string) => readObject<Manifest>(store, manifestKey(owner, id));

  /** @returns null for one that the first program is to leave */
  async function findManifest(owner: string, id: string): Promise<Manifest | null> {
    if (id === "new") return null;
    const manifest = await readManifest(owner, id);
    if (manifest !== null) return manifest;
    throw new AppError(
      "not_found",
      "There is no such session; sessions last an hour. Send `session_id: new` to start one.",
    );
  }

  function toSession(owner: string, id: string, found: Manifest | null): OpenSession {
    const manifest = found ?? startManifest();
    let last = found;
    return {
      id,
      files: manifest.files.map((file) => toInputFile(store, file)),
      async save(changed, unchanged) {
        const kept = manifest.files.filter(({ name }) => unchanged.includes(name));
        const next: Manifest = { ...manifest, files: [...kept, ...changed] };
        await store.put(manifestKey(owner, id), toObject(next), { expiresAt: new Date(manifest.expiresAt) });
        last = next;
      },
      async isTakenOver() {
        return JSON.stringify(await readManifest(owner, id)) !== JSON.stringify(last);
      },
      close: () => store.delete(lockKey(owner, id)),
    };
  }

  return {
    async open(owner, wanted) {
      const id = wanted === "new" ? `ses_${randomBytes(16).toString("base64url")}` : wanted;
      await lock(owner, id);
      try {
        return toSession(owner, id, await findManifest(owner, wanted));
      } catch (error) {
        await store.delete(lockKey(owner, id));
        throw error;
      }
    },
    async takeUp(owner, id) {
      return toSession(owner, id, await readManifest(owner, id));
    },
  };
}

function toInputFile(store: ObjectStore, { name, sizeBytes, key }: StoredFile): InputFile {
  return { name, sizeBytes, content: readContent(store, key) };
}

async function* readContent(store: ObjectStore, key: string): AsyncGenerator<Uint8Array> {
  const object = await store.get(key);
  if (object === null) {
    throw new AppError("not_found", "This session has ended: sessions last an hour. Start a new one.");
  }
  yield* object.content;
}
