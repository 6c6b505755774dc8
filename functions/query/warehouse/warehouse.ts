/** A GoogleSQL type, as BigQuery's REST API writes the type of a query parameter. */
export type ParameterType =
  | { readonly type: ScalarTypeName }
  | { readonly type: "ARRAY"; readonly arrayType: ParameterType }
  | {
      readonly type: "STRUCT";
      readonly structTypes: readonly { readonly name: string; readonly type: ParameterType }[];
    };

/** Types that have no parts. */
export type ScalarTypeName =
  | "BOOL"
  | "INT64"
  | "FLOAT64"
  | "NUMERIC"
  | "BIGNUMERIC"
  | "STRING"
  | "BYTES"
  | "DATE"
  | "TIME"
  | "DATETIME"
  | "TIMESTAMP"
  | "JSON";

/** A value of a parameter: null, an array's elements, a struct's fields by name, else the value's text as BigQuery reads it. */
export type ParameterValue =
  | null
  | string
  | readonly ParameterValue[]
  | { readonly [field: string]: ParameterValue };

/** One checked parameter. The text of a scalar fits its type: "42" for INT64, base64 for BYTES, "2026-01-31" for DATE. */
export interface QueryParameter {
  /** Without the `@`; null for a positional one. */
  readonly name: string | null;
  readonly type: ParameterType;
  readonly value: ParameterValue;
}

/** How an answer lays its rows out. */
export type PageFormat = "rows" | "columns" | "csv";

/** How much of a result one answer may hold. */
export interface PageLimits {
  /** Rows to hold at most. */
  readonly maxRows: number;
  /** The schema and the rows together stay below this many characters, as `page-room.ts` counts them. */
  readonly maxCharacters: number;
  /** What the rows will be laid out as; `rows` when left out. */
  readonly format?: PageFormat;
}

/** One statement with its limits. */
export interface Statement extends PageLimits {
  readonly sql: string;
  /** Wall time after which the statement is cancelled. */
  readonly timeoutMs: number;
  /** In the order of their places when positional. */
  readonly parameters: readonly QueryParameter[];
  /** `dataset` or `project.dataset` of tables that the statement names without one; null to use the warehouse's own. */
  readonly defaultDataset: string | null;
}

/** A cell as JSON: INT64 beyond 2^53 and NUMERIC as strings, dates ISO 8601, BYTES base64, JSON its text, STRUCT objects, ARRAY arrays. */
export type Cell = null | boolean | number | string | readonly Cell[] | { readonly [field: string]: Cell };

/** Cells by the name of their column. */
export type Row = Readonly<Record<string, Cell>>;

/** A column, or a field of a STRUCT. */
export interface Field {
  /** Unique among its siblings. */
  readonly name: string;
  /** A GoogleSQL type: `INT64`, `STRING`, `STRUCT`, …; of an ARRAY the type of its elements. */
  readonly type: string;
  readonly mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  readonly description?: string;
  /** The fields of a STRUCT. */
  readonly fields?: readonly Field[];
}

/** Where the rest of a result lies: JSON of at most 512 characters that only the warehouse understands. */
export type PageReference = Readonly<Record<string, string | number>>;

/** A part of a result, in the result's order. */
export interface Page {
  readonly kind: "rows";
  readonly schema: readonly Field[];
  readonly rows: readonly Row[];
  /** Rows of the whole result; null when not known. */
  readonly totalRows: number | null;
  /** Why the page ends before the result does; null when it does not. */
  readonly truncatedBy: "max_results" | "size" | null;
  /** The next page; null at the end, and when the rest was not kept. */
  readonly next: PageReference | null;
  /** Bytes of tables that the statement read; null when not known. */
  readonly bytesProcessed: number | null;
  /** Bytes that the statement is billed for; null when not known, and on pages after the first. */
  readonly bytesBilled: number | null;
  /** True when an earlier result of the same statement was the answer; null when not known. */
  readonly cacheHit: boolean | null;
  /** US dollars for `bytesBilled` at the list price that the owner set; null when not known. */
  readonly estimatedCostUsd: number | null;
}

/** A statement that goes on: the caller's patience ended before it did. */
export interface Running {
  readonly kind: "running";
  /** For `readRunning` and `cancel`, on any instance: JSON of at most 512 characters that only the warehouse understands. */
  readonly handle: PageReference;
}

/** Names of a table that a statement reads. */
export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

/** What a statement would do, found out without running it. */
export interface DryRun {
  readonly kind: "dry-run";
  /** As BigQuery names it: `SELECT`, `INSERT`, `CREATE_TABLE`, `SCRIPT`, … */
  readonly statementType: string;
  /** Tables that it would read, those behind views among them. */
  readonly tables: readonly TableName[];
  /** Bytes of tables that it would read; null when not known. */
  readonly bytesProcessed: number | null;
  /** US dollars for `bytesProcessed` at the list price that the owner set; null when not known. */
  readonly estimatedCostUsd: number | null;
  /** Columns of the result; empty when not known. */
  readonly schema: readonly Field[];
}

/** Who asks: for labels, logs and what the caller may do. */
export interface Asker {
  /** As `ownerOf` says it: 32 hexadecimal digits. */
  readonly owner: string;
  readonly requestId: string;
  /** The operation's name, such as `query_bigquery`. */
  readonly tool: string;
  /** True when the credential allows statements that change data. */
  readonly mayWrite: boolean;
}

/** How a statement is run. */
export interface RunOptions {
  /** The statement is cancelled when it aborts. */
  readonly signal: AbortSignal;
  readonly asker: Asker;
  /** Milliseconds after which a statement that has not ended is left running and a handle is given; it is waited for when unset. */
  readonly waitMs?: number;
}

/** A failure that the statement's author can mend. */
export interface QueryFailure {
  readonly kind: "failure";
  readonly code:
    | "invalid_query"
    | "table_not_found"
    | "unsupported_sql"
    | "query_failed"
    | "query_timed_out"
    | "query_out_of_memory"
    | "query_cancelled"
    | "result_too_large"
    | "permission_denied"
    | "bytes_limit_exceeded";
  /** A sentence that says what to change; shows no path of the host. */
  readonly message: string;
}

/** What a statement came to. */
export type QueryOutcome = Page | QueryFailure;

/** One of the warehouse's datasets. */
export interface DatasetSummary {
  readonly project: string;
  readonly dataset: string;
  readonly description: string | null;
  readonly location: string | null;
}

/** One of a dataset's tables. */
export interface TableSummary {
  readonly table: string;
  readonly kind: "TABLE" | "VIEW" | "MATERIALIZED_VIEW" | "EXTERNAL" | "SNAPSHOT";
  readonly description: string | null;
}

/** Everything about one table. */
export interface TableDescription extends TableSummary {
  readonly project: string;
  readonly dataset: string;
  readonly schema: readonly Field[];
  readonly rowCount: number | null;
  /** Bytes that the table takes where it is stored. */
  readonly sizeBytes: number | null;
  readonly modifiedAt: Date | null;
  /** How the table is cut into parts, as a sentence of a few words: `DAY on created_at, a filter on it is required`; null when it is not. */
  readonly partitioning: string | null;
  /** Columns that the table is sorted by, in their order; empty when it is not. */
  readonly clustering: readonly string[];
  /** The statement of a view; null for everything else, and when it cannot be seen. */
  readonly viewSql: string | null;
  /** Where the data lie, such as EU; null when not known. */
  readonly location: string | null;
  /** Empty unless asked for. */
  readonly sampleRows: readonly Row[];
}

/** A list that goes on: `after` of the next call is the last name of this one. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  /** True when more follow. */
  readonly more: boolean;
}

/** Which part of a list is asked for. */
export interface ListOptions {
  readonly signal: AbortSignal;
  /** Items at most. */
  readonly limit: number;
  /** Names that sort after this one; null from the beginning. */
  readonly after: string | null;
}

/** Names of a table; null parts are the warehouse's own defaults. */
export interface TableAddress {
  readonly project: string | null;
  readonly dataset: string;
  readonly table: string;
}

/** Port: a data warehouse that answers GoogleSQL. */
export interface Warehouse {
  /**
   * Runs one statement and gives the first page of its result. When `signal` aborts, the statement is cancelled and the promise
   * rejects with the reason.
   * @throws AppError `multiple_statements`, `write_not_allowed`, `dataset_not_allowed`, `external_not_allowed`,
   * `warehouse_unavailable` or `overloaded`.
   */
  runQuery(statement: Statement, options: RunOptions): Promise<QueryOutcome | Running>;
  /** Says what a statement would read and cost, and runs nothing. @throws AppError as `runQuery` */
  dryRun(
    statement: Statement,
    options: { readonly signal: AbortSignal; readonly asker: Asker },
  ): Promise<DryRun | QueryFailure>;
  /**
   * Waits for a statement that was left running, at most `waitMs` milliseconds, and gives the first page of its result. The
   * statement goes on when `signal` aborts.
   * @returns null when the statement is unknown or its result no longer kept
   * @throws AppError `warehouse_unavailable`, `overloaded`, `storage_unavailable`; the signal's reason
   */
  readRunning(
    handle: PageReference,
    limits: PageLimits,
    options: { readonly signal: AbortSignal; readonly waitMs: number },
  ): Promise<QueryOutcome | Running | null>;
  /**
   * Ends a statement that was left running.
   * @returns `ended` when it had ended before; null when it is unknown
   * @throws AppError `warehouse_unavailable`, `overloaded`; the signal's reason
   */
  cancel(
    handle: PageReference,
    options: { readonly signal: AbortSignal },
  ): Promise<"cancelled" | "ended" | null>;
  /**
   * Reads on where a page ended.
   * @returns null when the result is no longer kept, or the reference is none of this warehouse's
   * @throws AppError `warehouse_unavailable`, `overloaded`, `storage_unavailable`; the signal's reason
   */
  readPage(
    reference: PageReference,
    limits: PageLimits,
    options: { readonly signal: AbortSignal },
  ): Promise<QueryOutcome | null>;
  /** Datasets in the order of their names `project.dataset`; `after` is such a name. @throws AppError as `runQuery` */
  listDatasets(options: ListOptions): Promise<Listing<DatasetSummary>>;
  /**
   * Tables of a dataset in the order of their names.
   * @throws AppError `not_found` when there is no such dataset, and as `runQuery`
   */
  listTables(
    dataset: { readonly project: string | null; readonly dataset: string },
    options: ListOptions,
  ): Promise<Listing<TableSummary>>;
  /**
   * Describes a table, with at most `sampleRows` of its rows, which together stay below `maxCharacters`.
   * @throws AppError `not_found` when there is no such table, and as `runQuery`
   */
  describeTable(
    address: TableAddress,
    options: { readonly signal: AbortSignal; readonly sampleRows: number; readonly maxCharacters: number },
  ): Promise<TableDescription | QueryFailure>;
  /** Ends everything that still runs; nothing is left behind when it resolves. */
  close(): Promise<void>;
}
