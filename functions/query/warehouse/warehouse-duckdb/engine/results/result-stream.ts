import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { createPageRoom, type PageRoom } from "../../../page-room.ts";
import type { Field, PageLimits } from "../../../warehouse.ts";
import type { EngineAnswer } from "../channel/messages.ts";
import { collectChunks } from "../collect-garbage.ts";
import { StatementFailure } from "../failure.ts";
import { NOT_KEPT_LINE, TOO_LONG_LINE } from "./lines.ts";
import type { Converter } from "./values.ts";

/** Where a result goes that is longer than its first page. */
export interface ResultSink {
  /** The statement is about to run. */
  understood(): void;
  /** @param page the first page as JSON */
  page(page: string): void;
  /** Hands lines on and waits until they are taken. @returns false when no more are wanted */
  lines(lines: string): Promise<boolean>;
}

/** What of a result is given back, and when counting its rows stops. */
export interface StreamLimits extends PageLimits {
  readonly keptBytes: number;
  /** A moment as `performance.now()` has it. */
  readonly countUntil: number;
}

/** One running statement. */
export interface RunningResult {
  readonly result: DuckDBResult;
  readonly schema: readonly Field[];
  readonly converters: readonly Converter[];
  readonly bytesProcessed: number;
}

/** Chunks that are read before their memory is taken back. */
const CHUNKS_HELD = 4;
/** Lines are handed on in pieces of about this many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Reads a result as it is made: the first page is held, rows beyond it are handed on as lines of JSON, and beyond `keptBytes` they
 * are only counted.
 * @returns the outcome with everything, or the end of what went to the sink
 * @throws StatementFailure `result_too_large` when not even one row fits, and what DuckDB throws
 */
export async function streamResult(
  running: RunningResult,
  limits: StreamLimits,
  sink: ResultSink,
): Promise<EngineAnswer | string> {
  const schemaText = JSON.stringify(running.schema);
  const budget = limits.maxCharacters - schemaText.length;
  const toText = rowWriter(running);
  const page = createPage(createPageRoom(limits, running.schema));
  const tail = createTail(sink, limits.keptBytes, budget);
  async function add(text: string): Promise<void> {
    if (page.add(text)) return;
    if (!tail.isBegun()) sink.page(pageText(running, schemaText, page));
    await tail.add(text);
  }
  let total = 0;
  for (let chunks = 1; ; chunks += 1) {
    if (chunks % CHUNKS_HELD === 0) await collectChunks();
    const chunk = await running.result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    total += chunk.rowCount;
    for (let row = 0; row < chunk.rowCount && tail.isOpen(); row += 1) await add(toText(chunk, row));
    chunk.reset();
    if (tail.isBegun() && performance.now() > limits.countUntil) {
      await tail.cut();
      return { kind: "end", totalRows: null };
    }
  }
  if (!tail.isBegun()) return outcomeText(running, schemaText, page.rows);
  await tail.end();
  return { kind: "end", totalRows: total };
}

type Page = ReturnType<typeof createPage>;

/** The rows of the first page. */
function createPage(room: PageRoom) {
  const rows: string[] = [];
  let closedBy: "max_results" | "size" | null = null;
  return {
    rows,
    closedBy: () => closedBy,
    /** @returns false when the row belongs to another page */
    add(text: string): boolean {
      if (closedBy !== null) return false;
      closedBy = room.take(text);
      if (closedBy === null) rows.push(text);
      if (closedBy === "size" && rows.length === 0) throw rowTooLarge();
      return closedBy === null;
    },
  };
}

/** The rows after the first page. */
function createTail(sink: ResultSink, keptBytes: number, budget: number) {
  let begun = false;
  let open = true;
  let sent = 0;
  let piece = "";
  async function flush(): Promise<void> {
    sent += Buffer.byteLength(piece);
    const fits = sent <= keptBytes;
    const lines = fits ? piece : NOT_KEPT_LINE;
    piece = "";
    if (!fits) open = false;
    if (!(await sink.lines(lines))) open = false;
  }
  async function close(line: string): Promise<void> {
    if (!open) return;
    piece += line;
    open = false;
    await flush();
  }
  return {
    isBegun: () => begun,
    isOpen: () => open,
    async add(text: string): Promise<void> {
      begun = true;
      if (text.length + 1 > budget) {
        await close(TOO_LONG_LINE);
        return;
      }
      piece += `${text}\n`;
      if (piece.length >= PIECE_CHARACTERS) await flush();
    },
    /** Rows are left out from here. */
    cut: () => close(NOT_KEPT_LINE),
    async end(): Promise<void> {
      if (open && piece !== "") await flush();
    },
  };
}

/** Writes rows as JSON objects; each cell is read only when its row is wanted. */
function rowWriter({ schema, converters }: RunningResult): (chunk: DuckDBDataChunk, row: number) => string {
  const keys = schema.map(({ name }, index) => `${index === 0 ? "" : ","}${JSON.stringify(name)}:`);
  return (chunk, row) => {
    let text = "{";
    for (let column = 0; column < keys.length; column += 1) {
      const value = chunk.getColumnVector(column).getItem(row);
      text += `${keys[column]}${JSON.stringify(converters[column]?.(value) ?? null)}`;
    }
    return `${text}}`;
  };
}

function pageText({ bytesProcessed }: RunningResult, schema: string, page: Page): string {
  return `{"kind":"rows","schema":${schema},"rows":[${page.rows.join(",")}],"truncatedBy":${JSON.stringify(page.closedBy())},"bytesProcessed":${bytesProcessed}}`;
}

/** A whole result, as the JSON of an answer: its rows are written once only. */
function outcomeText({ bytesProcessed }: RunningResult, schema: string, rows: readonly string[]): string {
  return `{"kind":"outcome","outcome":{"kind":"rows","schema":${schema},"rows":[${rows.join(",")}],"totalRows":${rows.length},"truncatedBy":null,"next":null,"bytesProcessed":${bytesProcessed}}}`;
}

function rowTooLarge(): StatementFailure {
  return new StatementFailure(
    "result_too_large",
    "A single row of the result is longer than one answer. Select fewer columns, or shorten values with SUBSTR.",
  );
}
