import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { ExecutionStore } from "./execution-store.ts";

/** Notes what became of executions. A note that fails is logged, and takes nothing from the answer. */
export interface Notes {
  /** Resolves when it has been noted, or at once when it may be noted late: after the answer, which nobody has to wait with. */
  take(owner: string, record: ExecutionRecord, options: { readonly late: boolean }): Promise<void>;
  /** Resolves when everything has been noted. */
  settle(): Promise<void>;
}

/** Builds the notes over a store. */
export function createNotes({ store, logger }: { store: ExecutionStore; logger: Logger }): Notes {
  const open = new Set<Promise<void>>();

  async function note(owner: string, record: ExecutionRecord): Promise<void> {
    try {
      await store.save(owner, record);
    } catch (error) {
      logger.log("ERROR", "An execution could not be noted", { ...describeCause(error) });
    }
  }

  function keep(noted: Promise<void>): Promise<void> {
    open.add(noted);
    return noted.finally(() => open.delete(noted));
  }

  return {
    async take(owner, record, { late }) {
      if (!late) return keep(note(owner, record));
      void keep(new Promise<void>((resolve) => setImmediate(resolve)).then(() => note(owner, record)));
    },
    async settle() {
      await Promise.all(open);
    },
  };
}
