import type { CorpusQuery } from "./corpus.ts";

/** What `query_bigquery` answered, as far as it matters here. */
export interface CorpusAnswer {
  readonly status: number;
  readonly body: {
    readonly success?: boolean;
    readonly code?: string | null;
    readonly error?: unknown;
    readonly schema?: readonly { readonly name: string }[];
    readonly data?: readonly Readonly<Record<string, unknown>>[];
  };
}

/**
 * `right`: as expected. `refused`: says honestly that it cannot. `failed`: an error that GoogleSQL does not have. `wrong`: an answer
 * that is not the right one, the worst of all.
 */
export type Verdict = "right" | "refused" | "failed" | "wrong";

const REFUSALS: ReadonlySet<string> = new Set([
  "unsupported_sql",
  "multiple_statements",
  "write_not_allowed",
]);
const DEFAULT_TOLERANCE = 1e-9;

/** Compares an answer with what the query's author expects. */
export function judge(query: CorpusQuery, { body }: CorpusAnswer): Verdict {
  if (body.success !== true) return judgeFailure(query, codeOf(body));
  if (query.rows === undefined) return "wrong";
  const rows = (body.data ?? []).map((row) => cellsOf(row, body.schema));
  return hasColumns(query, body) && matches(query, rows) ? "right" : "wrong";
}

/** The code of an answer that is no result: of a failed statement, or of an error. */
export function codeOf(body: CorpusAnswer["body"]): string {
  if (typeof body.code === "string") return body.code;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
}

function judgeFailure(query: CorpusQuery, code: string): Verdict {
  if (query.fails !== undefined && code === query.fails) return "right";
  if (REFUSALS.has(code)) return query.refused === true ? "right" : "refused";
  return "failed";
}

/** By the schema's order: JSON objects sort names that look like numbers. */
function cellsOf(row: Readonly<Record<string, unknown>>, schema: CorpusAnswer["body"]["schema"]): unknown[] {
  return schema === undefined ? Object.values(row) : schema.map(({ name }) => row[name]);
}

function hasColumns({ columns }: CorpusQuery, { schema, data }: CorpusAnswer["body"]): boolean {
  if (columns === undefined) return true;
  const names = schema?.map(({ name }) => name) ?? Object.keys(data?.[0] ?? {});
  return JSON.stringify(names) === JSON.stringify(columns);
}

function matches(query: CorpusQuery, rows: readonly (readonly unknown[])[]): boolean {
  if (query.rows === "one value") {
    return rows.length === 1 && rows[0]?.length === 1 && rows[0][0] !== null && rows[0][0] !== undefined;
  }
  const tolerance = query.tolerance ?? DEFAULT_TOLERANCE;
  const expected = query.rows ?? [];
  if (expected.length !== rows.length) return false;
  if (query.ordered === true) return expected.every((row, i) => isSame(row, rows[i], tolerance));
  const left = [...rows];
  return expected.every((row) => {
    const at = left.findIndex((candidate) => isSame(row, candidate, tolerance));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function isSame(expected: unknown, actual: unknown, tolerance: number): boolean {
  if (expected === null || actual === null || actual === undefined) return expected === (actual ?? null);
  if (typeof expected === "number") return isSameNumber(expected, actual, tolerance);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, i) => isSame(item, actual[i], tolerance))
    );
  }
  if (typeof expected === "object" && typeof actual === "object") {
    const entries = Object.entries(expected);
    const values: Readonly<Record<string, unknown>> = { ...actual };
    return (
      entries.length === Object.keys(values).length &&
      entries.every(([name, value]) => isSame(value, values[name], tolerance))
    );
  }
  return typeof expected === typeof actual && isSameText(expected, actual);
}

/** NUMERIC and large INT64 are strings in an answer. */
function isSameNumber(expected: number, actual: unknown, tolerance: number): boolean {
  if (typeof actual !== "number" && typeof actual !== "string") return false;
  if (actual === "") return false;
  const distance = Math.abs(Number(actual) - expected);
  return distance <= tolerance * Math.max(1, Math.abs(expected));
}

/** A moment in time may be written in more than one way. */
function isSameText(expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true;
  if (typeof expected !== "string" || typeof actual !== "string") return false;
  return isMoment(expected) && isMoment(actual) && spellMoment(expected) === spellMoment(actual);
}

const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00(:00)?)?$/;

function isMoment(text: string): boolean {
  return MOMENT.test(text);
}

function spellMoment(text: string): string {
  return text
    .replace(" ", "T")
    .replace(/\+00(:00)?$/, "Z")
    .replace(/(\.\d*?)0+(?=Z?$)/, "$1")
    .replace(/\.(?=Z?$)/, "");
}
