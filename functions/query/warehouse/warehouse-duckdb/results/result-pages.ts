import type { ByteRange, ObjectStore } from "#shared/object-store/object-store.ts";
import { createPageRoom, type PageRoom } from "../../page-room.ts";
import type { Field, PageLimits, PageReference, QueryOutcome, Row } from "../../warehouse.ts";
import { NOT_KEPT_LINE, TOO_LONG_LINE } from "../engine/results/lines.ts";
import { FREE_OF_CHARGE } from "./free-of-charge.ts";

/** Where a page begins in a stored result, and what is known of the whole. Offsets are bytes. */
export interface StoredPosition {
  readonly id: string;
  /** Length of the schema's line. */
  readonly head: number;
  readonly offset: number;
  /** Rows before it. */
  readonly row: number;
  readonly totalRows: number | null;
  readonly bytesProcessed: number | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_HEAD_BYTES = 256 * 1024;
/** UTF-8 takes at most three bytes for each of JavaScript's characters; rows that are stored with names may be longer than in CSV. */
const BYTES_PER_ROW_CHARACTER = 3;
const LINE_FEED = 10;

/** The object that holds a result's rows: a line with the schema, then a line for each row after the first page. */
export function keyOfResult(id: string): string {
  return `query-results/${id}`;
}

/** Writes a position down; −1 stands for what is not known. */
export function toReference({ totalRows, bytesProcessed, ...rest }: StoredPosition): PageReference {
  return { ...rest, total: totalRows ?? -1, bytes: bytesProcessed ?? -1 };
}

/** @returns null for a reference that was not made here */
function parseReference({ id, head, offset, row, total, bytes }: PageReference): StoredPosition | null {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= -1;
  if (typeof id !== "string" || !UUID.test(id) || ![head, offset, row, total, bytes].every(isCount))
    return null;
  const position = { id, head: Number(head), offset: Number(offset), row: Number(row) };
  if (
    position.head < 1 ||
    position.head > MAX_HEAD_BYTES ||
    position.offset < position.head ||
    position.row < 0
  )
    return null;
  const known = (value: unknown) => (Number(value) < 0 ? null : Number(value));
  return { ...position, totalRows: known(total), bytesProcessed: known(bytes) };
}

/**
 * Reads a page of a stored result.
 * @returns null when the result is no longer kept or the reference is none
 * @throws AppError `storage_unavailable`; the signal's reason
 */
export async function readStoredPage(
  results: ObjectStore,
  reference: PageReference,
  limits: PageLimits,
  signal: AbortSignal,
): Promise<QueryOutcome | null> {
  const position = parseReference(reference);
  if (position === null) return null;
  const { head, offset } = position;
  const first = await readRange(results, position.id, { start: 0, end: head - 1 }, signal);
  if (first === null) return null;
  const schema = parseSchema(first.bytes);
  if (schema === null || offset > first.sizeBytes) return null;
  const end = offset + limits.maxCharacters * BYTES_PER_ROW_CHARACTER;
  const rest = await readRange(results, position.id, { start: offset, end }, signal);
  if (rest === null) return null;
  return toPage({ ...position, schema, ...rest }, limits);
}

async function readRange(
  results: ObjectStore,
  id: string,
  range: ByteRange,
  signal: AbortSignal,
): Promise<{ readonly bytes: Buffer; readonly sizeBytes: number } | null> {
  signal.throwIfAborted();
  const found = await results.get(keyOfResult(id), range);
  if (found === null) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of found.content) {
    pieces.push(piece);
    signal.throwIfAborted();
  }
  return { bytes: Buffer.concat(pieces), sizeBytes: found.sizeBytes };
}

function parseSchema(line: Buffer): readonly Field[] | null {
  try {
    const schema: unknown = JSON.parse(line.toString());
    return Array.isArray(schema) ? (schema as Field[]) : null;
  } catch {
    return null;
  }
}

interface StoredRows extends StoredPosition {
  readonly schema: readonly Field[];
  /** The object from `offset` on, as far as it was read. */
  readonly bytes: Buffer;
  readonly sizeBytes: number;
}

function toPage(stored: StoredRows, limits: PageLimits): QueryOutcome {
  const { rows, used, endedBy } = takeRows(stored.bytes, createPageRoom(limits, stored.schema));
  if (rows.length === 0 && (endedBy === "too_long" || endedBy === "size")) {
    const message =
      "The next row of the result is longer than one answer. Select fewer columns, or shorten values with SUBSTR.";
    return { kind: "failure", code: "result_too_large", message };
  }
  const { id, head, totalRows, bytesProcessed, schema } = stored;
  const offset = stored.offset + used;
  const isLast = endedBy === "not_kept" || offset >= stored.sizeBytes;
  const page = { kind: "rows", schema, rows, totalRows, bytesProcessed, ...FREE_OF_CHARGE } as const;
  if (isLast) return { ...page, truncatedBy: endedBy === "not_kept" ? "size" : null, next: null };
  const next = { id, head, offset, row: stored.row + rows.length, totalRows, bytesProcessed };
  const truncatedBy = endedBy === "max_results" ? "max_results" : "size";
  return { ...page, truncatedBy, next: toReference(next) };
}

/** Takes whole lines while they fit. `used`: their bytes. */
function takeRows(bytes: Buffer, room: PageRoom) {
  const rows: Row[] = [];
  let used = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, used);
    if (end < 0) return { rows, used, endedBy: "size" as const };
    const line = bytes.toString("utf8", used, end + 1);
    if (line === TOO_LONG_LINE) return { rows, used, endedBy: "too_long" as const };
    if (line === NOT_KEPT_LINE) return { rows, used, endedBy: "not_kept" as const };
    const endedBy = room.take(line.slice(0, -1));
    if (endedBy !== null) return { rows, used, endedBy };
    rows.push(JSON.parse(line) as Row);
    used = end + 1;
  }
}
