/** One statement with its limits. */
export interface Statement {
  readonly sql: string;
  /** Wall time after which the statement is cancelled. */
  readonly timeoutMs: number;
  /** Rows to hold at most. */
  readonly maxRows: number;
  /** The rows together stay below this many characters of JSON. */
  readonly maxCharacters: number;
}

/** A cell as JSON: INT64 beyond 2^53 and NUMERIC as strings, dates ISO 8601, BYTES base64, STRUCT objects, ARRAY arrays. */
export type Cell = null | boolean | number | string | readonly Cell[] | { readonly [field: string]: Cell };

/** What a statement came to: rows, or a failure that its author can mend. */
export type QueryOutcome =
  | {
      readonly kind: "rows";
      readonly rows: readonly Readonly<Record<string, Cell>>[];
      /** Rows of the whole result; null when not known. */
      readonly totalRows: number | null;
      /** True when the result has more rows than `rows`. */
      readonly truncated: boolean;
    }
  | {
      readonly kind: "failure";
      readonly code:
        | "invalid_query"
        | "table_not_found"
        | "unsupported_sql"
        | "query_failed"
        | "query_timed_out"
        | "query_out_of_memory"
        | "permission_denied"
        | "bytes_limit_exceeded";
      /** A sentence that says what to change; shows no path of the host. */
      readonly message: string;
    };

/** Port: a data warehouse that answers GoogleSQL. */
export interface Warehouse {
  /**
   * Runs one read-only statement. When `signal` aborts, the statement is cancelled and the promise rejects with the reason.
   * @throws AppError `multiple_statements`, `write_not_allowed`, `warehouse_unavailable` or `overloaded`.
   */
  runQuery(statement: Statement, options: { signal: AbortSignal }): Promise<QueryOutcome>;
  /** Ends everything that still runs; nothing is left behind when it resolves. */
  close(): Promise<void>;
}
