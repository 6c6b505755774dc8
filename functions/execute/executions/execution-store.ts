import { createHash, randomBytes } from "node:crypto";
import { EXECUTION_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { readObject, toObject } from "./read-object.ts";

/** What an idempotency key stands for. */
export interface Claim {
  readonly executionId: string;
  /** Of the request without the key itself. */
  readonly requestHash: string;
}

/** Remembers executions of all principals, apart from each other, for a day. */
export interface ExecutionStore {
  /** Creates or replaces. */
  save(owner: string, record: ExecutionRecord): Promise<void>;
  find(owner: string, id: string): Promise<ExecutionRecord | null>;
  /** The newest first, at most `limit`, those before the execution `after`. */
  list(owner: string, options: { limit: number; after?: string }): Promise<readonly ExecutionRecord[]>;
  /** Removes an execution with its files. */
  remove(owner: string, id: string): Promise<void>;
  /** @returns null when the key is the caller's now, else whose it is */
  claim(owner: string, key: string, claim: Claim): Promise<Claim | null>;
  /** Gives a key back that no program ran under. */
  release(owner: string, key: string): Promise<void>;
  /** Tells whatever runs the execution, wherever that is, to end it. */
  askToCancel(owner: string, id: string): Promise<void>;
  isAskedToCancel(owner: string, id: string): Promise<boolean>;
}

/** Ids begin with the time that is left until the year 10889, so that keys in order are executions from the newest to the oldest. */
const LAST_MS = 2 ** 48 - 1;
const CANCEL_LIFETIME_MS = 120_000;

/** A new name of an execution: nobody can guess it. */
export function createExecutionId(): string {
  const rest = (LAST_MS - Date.now()).toString(16).padStart(12, "0");
  return `${rest}-${randomBytes(16).toString("hex")}`;
}

/** The place of an execution's files. */
export function fileKeyOf(owner: string, id: string, index: number): string {
  return `files/${owner}/${id}/${index}`;
}

/** Builds the memory of executions on any object store. */
export function createExecutionStore(store: ObjectStore): ExecutionStore {
  const recordKey = (owner: string, id: string) => `executions/${owner}/${id}`;
  const claimKey = (owner: string, key: string) =>
    `keys/${owner}/${createHash("sha256").update(key).digest("hex")}`;
  const cancelKey = (owner: string, id: string) => `cancels/${owner}/${id}`;
  const inADay = () => new Date(Date.now() + EXECUTION_LIFETIME_SECONDS * 1000);

  return {
    async save(owner, record) {
      await store.put(recordKey(owner, record.id), toObject(record), { expiresAt: inADay() });
    },
    find: (owner, id) => readObject<ExecutionRecord>(store, recordKey(owner, id)),
    async list(owner, { limit, after }) {
      const place = after === undefined ? {} : { after: recordKey(owner, after) };
      const found = await store.list(`executions/${owner}/`, { limit, ...place });
      const records = await Promise.all(found.map(({ key }) => readObject<ExecutionRecord>(store, key)));
      return records.filter((record) => record !== null);
    },
    async remove(owner, id) {
      await store.delete(recordKey(owner, id));
      await store.deleteAll(`files/${owner}/${id}/`);
    },
    async claim(owner, key, claim) {
      const place = claimKey(owner, key);
      if (await store.put(place, toObject(claim), { expiresAt: inADay(), ifAbsent: true })) return null;
      // It may expire in between.
      return (await readObject<Claim>(store, place)) ?? this.claim(owner, key, claim);
    },
    release: (owner, key) => store.delete(claimKey(owner, key)),
    async askToCancel(owner, id) {
      const expiresAt = new Date(Date.now() + CANCEL_LIFETIME_MS);
      await store.put(cancelKey(owner, id), toObject({}), { expiresAt });
    },
    isAskedToCancel: async (owner, id) => (await store.info(cancelKey(owner, id))) !== null,
  };
}
