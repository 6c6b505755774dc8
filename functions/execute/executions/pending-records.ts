import type { ExecutionRecord } from "./execution-record.ts";

/** Records that wait to be saved, many with one write: a write costs more than a small program. */
export interface PendingRecords {
  add(owner: string, record: ExecutionRecord): void;
  find(owner: string, id: string): ExecutionRecord | null;
  list(owner: string): readonly ExecutionRecord[];
  /** Resolves when all that waited have been saved. */
  flush(): Promise<void>;
}

/** The longest time that a record waits. */
const WAIT_MS = 1000;
/** With more characters of output nothing waits. */
const MOST_CHARACTERS = 2_000_000;

/** @param save saves records of one owner; never rejects */
export function createPendingRecords(
  save: (owner: string, records: readonly ExecutionRecord[]) => Promise<void>,
): PendingRecords {
  const waiting = new Map<string, Map<string, ExecutionRecord>>();
  let characters = 0;
  let timer: NodeJS.Timeout | null = null;
  let saving: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    characters = 0;
    const batches = [...waiting].map(([owner, records]) => ({ owner, records: [...records.values()] }));
    saving = saving.then(async () => {
      await Promise.all(batches.map(({ owner, records }) => save(owner, records)));
      for (const { owner, records } of batches) forget(owner, records);
    });
    return saving;
  }

  /** Until they are saved, they are found here. */
  function forget(owner: string, records: readonly ExecutionRecord[]): void {
    const own = waiting.get(owner);
    for (const { id } of records) own?.delete(id);
    if (own?.size === 0) waiting.delete(owner);
  }

  return {
    add(owner, record) {
      const own = waiting.get(owner) ?? new Map<string, ExecutionRecord>();
      waiting.set(owner, own.set(record.id, record));
      characters += measure(record);
      if (characters > MOST_CHARACTERS) void flush();
      else timer ??= setTimeout(() => void flush(), WAIT_MS).unref();
    },
    find: (owner, id) => waiting.get(owner)?.get(id) ?? null,
    list: (owner) => [...(waiting.get(owner)?.values() ?? [])],
    flush,
  };
}

function measure({ outcome }: ExecutionRecord): number {
  return outcome?.kind === "ended" ? outcome.run.stdout.length + outcome.run.stderr.length : 0;
}
