import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type { QueryAnswer } from "#shared/contract/query/query-answer.ts";
import { fitItems } from "../formats/fit-items.ts";
import { layOutRows } from "../formats/lay-out-rows.ts";
import { toSchema } from "../formats/to-schema.ts";
import type {
  DryRun,
  Page,
  PageFormat,
  PageReference,
  QueryFailure,
  QueryOutcome,
  TableName,
} from "../warehouse/warehouse.ts";

/** What became of a statement, with the handle in the caller's form when it still runs. */
export type QueryEnding = QueryOutcome | DryRun | { readonly kind: "running"; readonly handle: string };

/** What an answer takes from its request. */
export interface AnswerContext {
  readonly format: PageFormat;
  readonly queryId: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** @returns the token of a page; null when it cannot be handed out */
  readonly toToken: (next: PageReference) => string | null;
}

const RETRY_AFTER_SECONDS = 2;

/** Of a dry run: the names of tables may take so much, and the columns the rest, but for the other fields. */
const TABLES_CHARACTERS = 30_000;
const OTHER_FIELDS_CHARACTERS = 5_000;

const NOTHING = {
  data: [],
  schema: [],
  row_count: 0,
  total_rows: null,
  truncated: false,
  truncated_by: null,
  next_page_token: null,
  bytes_processed: null,
  bytes_billed: null,
  cache_hit: null,
  estimated_cost_usd: null,
} as const;

/** Says what became of a statement in the words of the contract. */
export function toQueryAnswer(ending: QueryEnding, context: AnswerContext): QueryAnswer {
  const common = {
    query_id: ending.kind === "running" ? ending.handle : context.queryId,
    execution_time: Math.max(0, Date.now() - context.startedAt) / 1000,
    timestamp: new Date().toISOString(),
    request_id: context.requestId,
  };
  switch (ending.kind) {
    case "rows":
      return { ...describePage(ending, context), ...common };
    case "failure":
      return { ...describeFailure(ending), ...common };
    case "dry-run":
      return { ...describeDryRun(ending), ...common };
    case "running":
      return { ...describeRunning(), ...common };
  }
}

function describePage(page: Page, { format, toToken }: AnswerContext) {
  return {
    success: true,
    status: "succeeded",
    ...layOutRows(page, format),
    schema: toSchema(page.schema),
    row_count: page.rows.length,
    total_rows: page.totalRows,
    truncated: page.truncatedBy !== null,
    truncated_by: page.truncatedBy,
    next_page_token: page.next && toToken(page.next),
    bytes_processed: page.bytesProcessed,
    bytes_billed: page.bytesBilled,
    cache_hit: page.cacheHit,
    estimated_cost_usd: page.estimatedCostUsd,
    error: null,
  } as const;
}

const STATUS_OF_FAILURE: Partial<Record<QueryFailure["code"], "timed_out" | "out_of_memory" | "cancelled">> =
  {
    query_timed_out: "timed_out",
    query_out_of_memory: "out_of_memory",
    query_cancelled: "cancelled",
  };

function describeFailure({ code, message }: QueryFailure) {
  const status = STATUS_OF_FAILURE[code] ?? "failed";
  return { success: false, status, ...copyOfNothing(), error: message, code } as const;
}

function describeRunning() {
  return {
    success: false,
    status: "running",
    ...copyOfNothing(),
    retry_after_seconds: RETRY_AFTER_SECONDS,
    error: null,
  } as const;
}

function describeDryRun({ statementType, tables, bytesProcessed, estimatedCostUsd, schema }: DryRun) {
  const names = fitItems(tables.map(toFullName), TABLES_CHARACTERS);
  const room = ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS - JSON.stringify(names.items).length;
  const columns = fitItems(toSchema(schema), room);
  return {
    success: true,
    status: "succeeded",
    ...copyOfNothing(),
    truncated: !names.isComplete || !columns.isComplete,
    schema: columns.items,
    bytes_processed: bytesProcessed,
    estimated_cost_usd: estimatedCostUsd,
    statement_type: statementType,
    tables: names.items,
    error: null,
  } as const;
}

const toFullName = ({ project, dataset, table }: TableName) => `${project}.${dataset}.${table}`;

/** The contract's lists are the answer's own. */
const copyOfNothing = () => ({ ...NOTHING, data: [], schema: [] });
