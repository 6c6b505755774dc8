import type { Chart } from "./chart.ts";
import { parseChart } from "./parse-chart.ts";
import { parseTable } from "./parse-table.ts";
import { isRecord } from "./parse-values.ts";

export type { Chart } from "./chart.ts";

/** What a program's process tells of its charts and its last value. */
export interface ParsedResults {
  readonly charts: readonly Chart[];
  /** A table in GitHub's Markdown: text only. */
  readonly tableMarkdown: string | null;
}

/** Longest results.json that is read. */
export const RESULTS_LIMIT_BYTES = 512 * 1024;

/** Ten figures with ten pairs of axes each. */
const MOST_CHARTS = 100;
/** Numbers of a point lie six levels deep. */
const DEEPEST = 10;
const NOTHING: ParsedResults = { charts: [], tableMarkdown: null };

/**
 * Takes from the bytes of results.json what is well-formed. A program may have written anything there: charts that do not fit are left
 * out, texts are cut, and nothing is thrown.
 */
export function parseResults(bytes: Uint8Array): ParsedResults {
  if (bytes.byteLength > RESULTS_LIMIT_BYTES || isTooDeep(bytes)) return NOTHING;
  let results: unknown;
  try {
    results = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return NOTHING;
  }
  if (!isRecord(results)) return NOTHING;
  const charts = Array.isArray(results["charts"]) ? results["charts"].slice(0, MOST_CHARTS) : [];
  return {
    charts: charts.map(parseChart).filter((chart) => chart !== null),
    tableMarkdown: parseTable(results["table_markdown"]),
  };
}

/** Looks before anything is built: half a million brackets would be a deep recursion. */
function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) isText = !isText;
    else if (!isText) depth += DEPTH_BY_BYTE.get(byte) ?? 0;
    else if (byte === BACKSLASH) index += 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = Buffer.from('"\\[]{}');
const DEPTH_BY_BYTE = new Map([
  [OPEN_BRACKET, 1],
  [OPEN_BRACE, 1],
  [CLOSE_BRACKET, -1],
  [CLOSE_BRACE, -1],
]);
