import { EXECUTION_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { timeOf } from "./execution-id.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { createPendingRecords } from "./pending-records.ts";
import { readObject, toObject } from "./read-object.ts";

/** What is remembered of executions, apart for each owner, for a day. */
export interface ExecutionRecords {
  /** Creates or replaces. */
  save(owner: string, record: ExecutionRecord): Promise<void>;
  /** Saves it within moments, together with others: for what nobody waits for. It is found at once by whoever asks here. */
  saveLater(owner: string, record: ExecutionRecord): void;
  find(owner: string, id: string): Promise<ExecutionRecord | null>;
  /** The newest first, at most `limit`, those before the execution `after`. */
  list(owner: string, page: { limit: number; after?: string }): Promise<readonly ExecutionRecord[]>;
  remove(owner: string, id: string): Promise<void>;
  /** Resolves when everything has been saved. */
  settle(): Promise<void>;
}

/** Records in one object are from programs that ended within moments, and ran half a minute at most. */
const SPAN_MS = 60_000;
/** Objects that may hold what another one could: several instances save at the same time. */
const OVERLAPPING = 8;
/** Objects that are read at once: in a bucket each takes its time. */
const AT_ONCE = 16;

/**
 * Builds the memory of executions on any object store. An object holds one record or several of one owner, from the newest to the
 * oldest, whose id is in its key: what an id stands for is in the object of that key or in one of the next.
 */
export function createExecutionRecords(store: ObjectStore, logger: Logger): ExecutionRecords {
  const folderOf = (owner: string) => `executions/${owner}/`;
  const pending = createPendingRecords((owner, records) => put(owner, records).catch(report));

  const report = (error: unknown) =>
    logger.log("ERROR", "Executions could not be noted", { ...describeCause(error) });
  const read = (key: string) => readObject<readonly ExecutionRecord[]>(store, key);

  async function readAll(keys: readonly string[]): Promise<readonly ExecutionRecord[]> {
    return (await Promise.all(keys.map(read))).flatMap((records) => records ?? []);
  }

  async function put(owner: string, records: readonly ExecutionRecord[]): Promise<void> {
    const sorted = records.toSorted(compare);
    const oldest = sorted.at(-1);
    if (oldest === undefined) return;
    const expiresAt = new Date(Date.now() + EXECUTION_LIFETIME_SECONDS * 1000);
    await store.put(folderOf(owner) + oldest.id, toObject(sorted), { expiresAt });
  }

  /** The object that holds a record, with all that it holds. */
  async function locate(owner: string, id: string) {
    const key = folderOf(owner) + id;
    const own = await read(key);
    if (own?.some((record) => record.id === id)) return { key, records: own };
    for (const next of await store.list(folderOf(owner), { limit: OVERLAPPING, after: key })) {
      if (timeOf(id) - timeOf(next.key.slice(folderOf(owner).length)) > SPAN_MS) return null;
      const records = await read(next.key);
      if (records?.some((record) => record.id === id)) return { key: next.key, records };
    }
    return null;
  }

  return {
    save: (owner, record) => put(owner, [record]),
    saveLater: pending.add,
    async find(owner, id) {
      const waiting = pending.find(owner, id);
      if (waiting !== null) return waiting;
      const found = await locate(owner, id);
      return found?.records.find((record) => record.id === id) ?? null;
    },
    async list(owner, { limit, after }) {
      const place = after === undefined ? {} : { after: folderOf(owner) + after };
      const objects = await store.list(folderOf(owner), { limit: limit + OVERLAPPING, ...place });
      const byId = new Map(pending.list(owner).map((record) => [record.id, record]));
      for (let start = 0; start < objects.length; start += AT_ONCE) {
        const keys = objects.slice(start, start + AT_ONCE).map(({ key }) => key);
        const last = choose(byId, after)[limit - 1];
        if (last && timeOf(last.id) - timeOf(keys[0]?.slice(folderOf(owner).length) ?? "") > SPAN_MS) break;
        for (const record of await readAll(keys)) byId.set(record.id, record);
      }
      return choose(byId, after).slice(0, limit);
    },
    async remove(owner, id) {
      await pending.flush();
      const found = await locate(owner, id);
      if (found === null) return;
      await store.delete(found.key);
      await put(
        owner,
        found.records.filter((record) => record.id !== id),
      );
    },
    settle: pending.flush,
  };
}

/** From the newest to the oldest, those before `after`. */
function choose(
  byId: ReadonlyMap<string, ExecutionRecord>,
  after: string | undefined,
): readonly ExecutionRecord[] {
  return [...byId.values()].filter(({ id }) => after === undefined || id > after).toSorted(compare);
}

function compare(one: ExecutionRecord, other: ExecutionRecord): number {
  return one.id < other.id ? -1 : 1;
}
