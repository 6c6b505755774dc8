import { toCsvHeader, toCsvLine } from "../warehouse/to-csv.ts";
import type { Cell, Page, PageFormat } from "../warehouse/warehouse.ts";

/** The fields of an answer that hold its rows. */
export interface LaidOutRows {
  /** Empty for other formats than rows. */
  readonly data: Record<string, Cell>[];
  readonly columns?: Record<string, Cell[]>;
  readonly csv?: string;
}

/** Lays the rows of a page out as the caller wants them. */
export function layOutRows({ schema, rows }: Pick<Page, "schema" | "rows">, format: PageFormat): LaidOutRows {
  switch (format) {
    case "rows":
      return { data: rows.map((row) => ({ ...row })) };
    case "columns":
      // fromEntries defines own properties: a column called __proto__ stays a column.
      return {
        data: [],
        columns: Object.fromEntries(schema.map(({ name }) => [name, rows.map((row) => row[name] ?? null)])),
      };
    case "csv":
      return { data: [], csv: toCsvHeader(schema) + rows.map((row) => toCsvLine(schema, row)).join("") };
  }
}
