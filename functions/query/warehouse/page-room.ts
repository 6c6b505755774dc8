import { toCsvHeader, toCsvLine } from "./to-csv.ts";
import type { Field, PageFormat, PageLimits, QueryFailure, Row } from "./warehouse.ts";

/** Says of each row in turn whether the page has room for it. */
export interface PageRoom {
  /** Null when the row fits and is counted; else why it does not: from then on no row fits. */
  take(row: Row): "max_results" | "size" | null;
  /** True when `maxRows` are on the page, so that the next row need not be made. */
  readonly isComplete: boolean;
}

/**
 * Counts what a page takes in the answer: the schema once, and each row in the format of the answer, as JSON.
 */
export function createPageRoom(limits: PageLimits, schema: readonly Field[]): PageRoom {
  const { maxRows, maxCharacters, format = "rows" } = limits;
  // Columns repeat the names that the schema has, which is longer.
  const schemaCharacters = JSON.stringify(schema).length * (format === "columns" ? 2 : 1);
  let characters = schemaCharacters + (format === "csv" ? lengthInJson(toCsvHeader(schema)) : 0);
  let rows = 0;
  let full: "max_results" | "size" | null = null;
  return {
    take(row) {
      if (full !== null) return full;
      if (rows >= maxRows) full = "max_results";
      else {
        characters += lengthOf(row, schema, format);
        if (characters > maxCharacters) full = "size";
        else rows += 1;
      }
      return full;
    },
    get isComplete() {
      return rows >= maxRows;
    },
  };
}

/** Of a page whose first row has no room: nothing of it can be answered. */
export function rowTooLarge(schema: readonly Field[]): QueryFailure {
  const message =
    schema.length > MANY_COLUMNS
      ? `The result has ${schema.length} columns: one row with their names and types is longer than an answer may be. Select fewer columns.`
      : "A single row of the result is longer than an answer may be. Select fewer columns, or a part of long values, as SUBSTR(x, 1, 1000) does.";
  return { kind: "failure", code: "result_too_large", message };
}

/** A row of so many columns is long whatever they hold. */
const MANY_COLUMNS = 500;

function lengthOf(row: Row, schema: readonly Field[], format: PageFormat): number {
  if (format === "csv") return lengthInJson(toCsvLine(schema, row));
  return JSON.stringify(format === "rows" ? row : Object.values(row)).length + ",".length;
}

const lengthInJson = (text: string): number => JSON.stringify(text).length - '""'.length;
