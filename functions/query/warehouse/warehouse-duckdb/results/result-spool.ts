import { randomUUID } from "node:crypto";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { PageReference } from "../../warehouse.ts";
import type { FirstPage } from "../engine/channel/messages.ts";
import { NOT_KEPT_LINE } from "../engine/results/lines.ts";
import { createHandoff } from "../engines/handoff.ts";
import { keyOfResult, type StoredPosition, toReference } from "./result-pages.ts";

/** Stores the rows of one result that come after its first page, as they are made. */
export interface ResultSpool {
  /** The first page; null while all rows fit into one answer. */
  readonly firstPage: () => FirstPage | null;
  page(page: FirstPage): void;
  /** Resolves when the store has taken the lines. @returns false when it takes no more */
  lines(lines: string): Promise<boolean>;
  /**
   * Ends the object.
   * @returns where the second page begins; null when nothing is kept
   */
  end(totalRows: number | null, options: { readonly isWhole: boolean }): Promise<PageReference | null>;
  /** Leaves nothing behind. */
  abandon(): void;
}

/** Bytes of one result that are kept. */
export const KEPT_BYTES = 32 * 1024 * 1024;
/** How long a result can be read on. */
const KEPT_MS = 3_600_000;
/** For the schema's line and the last one. */
const EXTRA_BYTES = 256 * 1024;
/** How long the store may take to finish after the last row. */
const FINISH_MS = 5000;

/** Stores nothing before the first page is known. The store's failures only mean that no page follows. */
export function createResultSpool(results: ObjectStore): ResultSpool {
  const id = randomUUID();
  const handoff = createHandoff();
  let first: FirstPage | null = null;
  let head = 0;
  let putting: Promise<boolean> = Promise.resolve(false);

  function begin(page: FirstPage): void {
    first = page;
    const schema = Buffer.from(`${JSON.stringify(page.schema)}\n`);
    head = schema.length;
    const options = { expiresAt: new Date(Date.now() + KEPT_MS), maxBytes: KEPT_BYTES + EXTRA_BYTES };
    putting = results.put(keyOfResult(id), handoff.content(schema), options).catch(() => {
      handoff.refuse();
      return false;
    });
  }

  return {
    firstPage: () => first,
    page: begin,
    lines: (lines) => handoff.give(Buffer.from(lines)),
    async end(totalRows, { isWhole }) {
      if (first === null) return null;
      if (!isWhole) void handoff.give(Buffer.from(NOT_KEPT_LINE));
      handoff.end();
      const timer = AbortSignal.timeout(FINISH_MS);
      const late = new Promise<boolean>((resolve) =>
        timer.addEventListener("abort", () => resolve(false), { once: true }),
      );
      const isKept = await Promise.race([putting, late]);
      if (!isKept) return null;
      const { bytesProcessed } = first;
      const position: StoredPosition = {
        id,
        head,
        offset: head,
        row: first.rows.length,
        totalRows,
        bytesProcessed,
      };
      return toReference(position);
    },
    abandon() {
      handoff.refuse();
      putting.then((isKept) => (isKept ? results.delete(keyOfResult(id)) : undefined)).catch(() => undefined);
    },
  };
}
