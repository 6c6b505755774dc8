/**
 * The smallest sample that at least `share` of all samples do not exceed (nearest rank).
 * @param share above 0, at most 1: 0.5 is the median.
 * @throws Error without samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error("no samples");
  return found;
}

/** What one side came to under one load. */
export interface Measurement {
  /** One for each request, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** One for each round, in requests per second. */
  readonly ratesPerSecond: readonly number[];
  /** Requests that met a sandbox which waited for them. */
  readonly warmStarts: number;
}

/** Puts rounds of the same side and load together. */
export function mergeRounds(rounds: readonly Measurement[]): Measurement {
  return {
    latenciesMs: rounds.flatMap(({ latenciesMs }) => latenciesMs),
    ratesPerSecond: rounds.flatMap(({ ratesPerSecond }) => ratesPerSecond),
    warmStarts: rounds.reduce((sum, { warmStarts }) => sum + warmStarts, 0),
  };
}

/** The header of the rows that `toRow` makes. */
export const COMPARISON_HEADER = [
  "",
  ...["p50 ours", "naive", "ratio"],
  ...["p99 ours", "naive", "ratio"],
  ...["rate ours", "naive", "ratio"],
] as const;

/**
 * The row of one load: median and p99 of the latency in milliseconds, and the median of the rounds' rates in requests per second.
 * Each ratio is ours divided by naive: below 1 a latency is better, above 1 a rate is.
 */
export function toRow(load: string, ours: Measurement, naive: Measurement): string[] {
  const compare = (own: number, other: number, unit: string) => [
    `${own.toFixed(1)}${unit}`,
    `${other.toFixed(1)}${unit}`,
    toRatio(own, other),
  ];
  const latency = (share: number) =>
    compare(percentile(ours.latenciesMs, share), percentile(naive.latenciesMs, share), " ms");
  const rate = compare(percentile(ours.ratesPerSecond, 0.5), percentile(naive.ratesPerSecond, 0.5), "/s");
  return [load, ...latency(0.5), ...latency(0.99), ...rate];
}

/** Ours divided by naive, for people; a dash when there is nothing to divide by. */
export function toRatio(ours: number, naive: number): string {
  return naive === 0 ? "-" : (ours / naive).toFixed(2);
}

/** Markdown, with columns as wide as their widest cell: the first is text, the others are numbers. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) =>
    Math.max(3, ...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (row: readonly string[]) => `| ${row.map(pad).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
