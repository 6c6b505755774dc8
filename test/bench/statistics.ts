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
}

/** Puts rounds of the same side and load together. */
export function mergeRounds(rounds: readonly Measurement[]): Measurement {
  return {
    latenciesMs: rounds.flatMap(({ latenciesMs }) => latenciesMs),
    ratesPerSecond: rounds.flatMap(({ ratesPerSecond }) => ratesPerSecond),
  };
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly naive: string;
  /** How many times better ours is; below 1 it is worse. */
  readonly ratio: string;
}

/** The rows of one load: median and p99 of the latency, and the median rate of the rounds. */
export function toRows(load: string, ours: Measurement, naive: Measurement): Row[] {
  const latency = (what: string, share: number): Row => {
    const [own, other] = [percentile(ours.latenciesMs, share), percentile(naive.latenciesMs, share)];
    return {
      what: `${load}, ${what}`,
      ours: `${own.toFixed(1)} ms`,
      naive: `${other.toFixed(1)} ms`,
      ratio: toRatio(other / own),
    };
  };
  const [own, other] = [percentile(ours.ratesPerSecond, 0.5), percentile(naive.ratesPerSecond, 0.5)];
  return [
    latency("median", 0.5),
    latency("p99", 0.99),
    {
      what: `${load}, rate`,
      ours: `${own.toFixed(1)}/s`,
      naive: `${other.toFixed(1)}/s`,
      ratio: toRatio(own / other),
    },
  ];
}

function toRatio(value: number): string {
  return `${value.toFixed(2)}x`;
}

/** Markdown, with columns as wide as their widest cell. */
export function renderTable(rows: readonly Row[]): string {
  const header: Row = { what: "", ours: "ours", naive: "naive", ratio: "ratio" };
  const columns = ["what", "ours", "naive", "ratio"] as const;
  const width = (column: keyof Row) => Math.max(3, ...[header, ...rows].map((row) => row[column].length));
  const line = (row: Row) =>
    `| ${columns.map((c) => (c === "what" ? row[c].padEnd(width(c)) : row[c].padStart(width(c)))).join(" | ")} |`;
  const rule = `| ${columns.map((c) => (c === "what" ? "-".repeat(width(c)) : `${"-".repeat(width(c) - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}
