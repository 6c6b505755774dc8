import type {
  DryRun,
  Page,
  PageLimits,
  QueryFailure,
  QueryParameter,
  TableAddress,
  TableDescription,
} from "../../../warehouse.ts";

/** The text of a statement, and what its names stand for. */
export interface StatementJob {
  readonly sql: string;
  readonly parameters: readonly QueryParameter[];
  readonly defaultDataset: string | null;
}

/** What an engine does, one at a time. Times are milliseconds from the start. */
export type EngineJob =
  | (PageLimits &
      StatementJob & {
        readonly kind: "query";
        /** Rows are counted up to a share of it. */
        readonly timeoutMs: number;
        /** Bytes of rows beyond the first page that are handed on. */
        readonly keptBytes: number;
      })
  | (StatementJob & { readonly kind: "dry-run" })
  | {
      readonly kind: "describe";
      readonly address: TableAddress;
      readonly sampleRows: number;
      readonly maxCharacters: number;
      readonly timeoutMs: number;
    };

/** What the server asks of the engine. */
export type EngineRequest =
  | { readonly kind: "run"; readonly id: number; readonly job: EngineJob }
  /** The last `lines` are stored: more may come. The engine waits for this after each, so that neither side piles them up. */
  | { readonly kind: "more"; readonly id: number }
  /** Rows cannot be stored any more: they are only counted. */
  | { readonly kind: "count"; readonly id: number }
  | { readonly kind: "interrupt"; readonly id: number };

/** A page before the server says what it cost. */
export type EnginePage = Omit<Page, "bytesBilled" | "cacheHit" | "estimatedCostUsd">;

/** The first page of a result that goes on. */
export type FirstPage = Omit<EnginePage, "next" | "totalRows">;

/** What is known of a table beside its name. The date is ISO 8601. */
export type DescribedTable = Omit<TableDescription, "modifiedAt"> & { readonly modifiedAt: string };

/** What a statement would read and answer. */
export type DescribedStatement = Pick<DryRun, "kind" | "tables" | "schema"> & {
  readonly bytesProcessed: number;
};

/** How a job ends. Each ends exactly once. */
export type EngineAnswer =
  | { readonly kind: "outcome"; readonly outcome: EnginePage | QueryFailure }
  /** The end of a result whose first page is out. */
  | { readonly kind: "end"; readonly totalRows: number | null }
  | DescribedStatement
  | { readonly kind: "described"; readonly table: DescribedTable }
  | {
      readonly kind: "refused";
      readonly code: "multiple_statements" | "write_not_allowed";
      readonly message: string;
    }
  | { readonly kind: "interrupted" };

/** What the engine says. */
export type EngineReply =
  | { readonly kind: "ready" }
  /** The statement was read and is about to run; said of those that take a while. */
  | { readonly kind: "understood"; readonly id: number }
  | { readonly kind: "page"; readonly id: number; readonly page: FirstPage }
  /** Rows after the first page, each as JSON and a line feed; the last line may be one of `lines.ts`. */
  | { readonly kind: "lines"; readonly id: number; readonly lines: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: EngineAnswer };
