import { closeSync, openSync, readSync } from "node:fs";

/** BigQuery has no more columns in a table either. */
const MAX_COLUMNS = 10_000;
/** As far as DuckDB reads one line. */
const MAX_LINE_BYTES = 2_000_000;
const [QUOTE, COMMA, LINE_FEED] = [34, 44, 10];

/**
 * Looks at the header line of a CSV file before DuckDB does, which takes hundreds of megabytes for many columns.
 * @returns how many columns it has
 * @throws Error with a public sentence when there are more than 10,000
 */
export function countCsvColumns(path: string): number {
  const columns = countColumns(readStart(path));
  if (columns <= MAX_COLUMNS) return columns;
  throw new Error(`its header line has more than ${MAX_COLUMNS} columns.`);
}

function readStart(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(MAX_LINE_BYTES);
    return buffer.subarray(0, readSync(file, buffer, 0, MAX_LINE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function countColumns(start: Buffer): number {
  let columns = 1;
  let isQuoted = false;
  for (const byte of start) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === LINE_FEED) break;
    else if (byte === COMMA) columns += 1;
  }
  return columns;
}

const REASONS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/Invalid unicode/, () => "is not UTF-8. Save the file as UTF-8"],
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/,
    ([, wanted, found]) => `has ${found} cells where the header has ${wanted}`,
  ],
  [/Maximum line size/, () => "is longer than 2,000,000 bytes"],
  [/unterminated quote/i, () => "has a quote that is not closed"],
  [
    /converting column "([^"]{1,300})"/,
    ([, column]) => `holds a value in column ${column} that is not of the column's type`,
  ],
];

/**
 * Says what is wrong with a CSV file in one sentence.
 * @param raw what DuckDB reports
 * @returns null when that is about something else
 */
export function csvFault(raw: string): string | null {
  const line = /CSV Error on Line: (\d+)/.exec(raw)?.[1];
  if (line !== undefined) {
    for (const [pattern, toReason] of REASONS) {
      const found = pattern.exec(raw);
      if (found !== null) return `line ${line} ${toReason(found)}.`;
    }
    return `line ${line} is not in the form of CSV (RFC 4180).`;
  }
  if (!/Error when sniffing file/.test(raw)) return null;
  return "it is not comma-separated text in UTF-8 that has as many cells in each line as in its header line, and every quote closed.";
}
