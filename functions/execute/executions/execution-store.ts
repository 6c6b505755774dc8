import { createHash } from "node:crypto";
import { EXECUTION_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createExecutionRecords, type ExecutionRecords } from "./execution-records.ts";
import { readObject, toObject } from "./read-object.ts";

/** What an idempotency key stands for. */
export interface Claim {
  readonly executionId: string;
  /** Of the request without the key itself. */
  readonly requestHash: string;
}

/** Remembers executions of all principals, apart from each other, for a day. */
export interface ExecutionStore {
  readonly records: ExecutionRecords;
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

const CANCEL_LIFETIME_MS = 120_000;

/** The place of an execution's files. */
export function fileKeyOf(owner: string, id: string, index: number): string {
  return `files/${owner}/${id}/${index}`;
}

/** Builds the memory of executions on any object store. */
export function createExecutionStore(store: ObjectStore, logger: Logger): ExecutionStore {
  const claimKey = (owner: string, key: string) =>
    `keys/${owner}/${createHash("sha256").update(key).digest("hex")}`;
  const cancelKey = (owner: string, id: string) => `cancels/${owner}/${id}`;
  const inADay = () => new Date(Date.now() + EXECUTION_LIFETIME_SECONDS * 1000);
  const records = createExecutionRecords(store, logger);

  return {
    records,
    async remove(owner, id) {
      await records.remove(owner, id);
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
