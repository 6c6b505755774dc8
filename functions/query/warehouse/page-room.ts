import { toCsvHeader, toCsvLine } from "./to-csv.ts";
import type { Field, PageFormat, PageLimits } from "./warehouse.ts";

/** Says of each row in turn whether the page has room for it. */
export interface PageRoom {
  /**
   * @param row an object of the schema's columns, as JSON
   * @returns null when the row fits and is counted; else why it does not: from then on no row fits
   */
  take(row: string): "max_results" | "size" | null;
  /** True when `maxRows` are on the page, so that the next row need not be made. */
  readonly isComplete: boolean;
}

/** Counts what a page takes in the answer: the schema once, and each row in the format of the answer, as JSON. */
export function createPageRoom(limits: PageLimits, schema: readonly Field[]): PageRoom {
  const { maxRows, maxCharacters, format = "rows" } = limits;
  const lengthOf = measureOf(format, schema);
  let characters = headLength(format, schema);
  let rows = 0;
  let full: "max_results" | "size" | null = null;
  return {
    take(row) {
      if (full !== null) return full;
      if (rows >= maxRows) full = "max_results";
      else {
        characters += lengthOf(row);
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

/** What an answer without rows takes. */
function headLength(format: PageFormat, schema: readonly Field[]): number {
  const length = JSON.stringify(schema).length;
  if (format === "csv") return length + lengthInJson(toCsvHeader(schema));
  // Columns repeat the names that the schema has, which is longer.
  return format === "columns" ? 2 * length : length;
}

function measureOf(format: PageFormat, schema: readonly Field[]): (row: string) => number {
  if (format === "csv") return (row) => lengthInJson(toCsvLine(schema, JSON.parse(row)));
  if (format === "rows") return (row) => row.length + ",".length;
  const names = schema.reduce((sum, { name }) => sum + JSON.stringify(name).length + ":".length, 0);
  return (row) => row.length - names + ",".length;
}

const lengthInJson = (text: string): number => JSON.stringify(text).length - '""'.length;
