/** A question to the warehouse, as GoogleSQL and as what DuckDB itself would be asked. */
export interface QueryTask {
  readonly name: string;
  readonly sql: string;
  /** The same question in DuckDB's own words. */
  readonly raw: string;
  /** Rows of the whole result; an answer with another number fails the bench. */
  readonly rows: number;
  /** Asked in one round; the slow ones are asked less often. */
  readonly requests: number;
  /** True when every page of the result is fetched. */
  readonly paged?: true;
}

/** Rows of the large table. */
export const MEASURE_ROWS = 10_000_000;
/** Rows of the table that is read as a whole. */
export const LINE_ROWS = 100_000;

const GROUPS = 1000;
const MONTHS = 24;

/** Statements that make the two tables of the bench, each with the name of its file. */
export const BENCH_TABLES: Readonly<Record<string, string>> = {
  measures: `SELECT i % ${GROUPS} AS k, (i * 7919 % 10007) / 8.0 AS v, DATE '2024-01-01' + CAST(i % 731 AS INTEGER) AS d
    FROM range(${MEASURE_ROWS}) AS t(i)`,
  lines: `SELECT i AS id, 'customer ' || (i % 997) AS name, i * 3 AS cents, DATE '2024-01-01' + CAST(i % 365 AS INTEGER) AS day
    FROM range(${LINE_ROWS}) AS t(i)`,
};

/** From the smallest question to the largest answer. */
export const QUERY_TASKS: readonly QueryTask[] = [
  { name: "SELECT 1", sql: "SELECT 1 AS one", raw: "SELECT 1 AS one", rows: 1, requests: 200 },
  {
    name: "join and aggregate, 5,000 rows",
    sql: "SELECT c.country, COUNT(*) AS n, SUM(t.revenue) AS total FROM `demo.sales.transactions` t JOIN `demo.sales.customers` c ON c.customer_id = t.customer_id GROUP BY c.country ORDER BY total DESC",
    raw: "SELECT c.country, COUNT(*) AS n, SUM(t.revenue) AS total FROM transactions t JOIN customers c ON c.customer_id = t.customer_id GROUP BY c.country ORDER BY total DESC",
    rows: 8,
    requests: 100,
  },
  {
    name: "sums of 10 million rows",
    sql: "SELECT k, COUNT(*) AS n, SUM(v) AS total FROM `demo.bench.measures` GROUP BY k ORDER BY total DESC, k LIMIT 10",
    raw: "SELECT k, COUNT(*) AS n, SUM(v) AS total FROM measures GROUP BY k ORDER BY total DESC, k LIMIT 10",
    rows: 10,
    requests: 10,
  },
  {
    name: "months of 10 million rows",
    sql: "SELECT DATE_TRUNC(d, MONTH) AS month, COUNT(*) AS n, AVG(v) AS mean FROM `demo.bench.measures` GROUP BY month ORDER BY month",
    raw: "SELECT CAST(date_trunc('month', d) AS DATE) AS month, COUNT(*) AS n, AVG(v) AS mean FROM measures GROUP BY month ORDER BY month",
    rows: MONTHS,
    requests: 10,
  },
  {
    name: "100,000 rows, page by page",
    sql: "SELECT * FROM `demo.bench.lines` ORDER BY id",
    raw: "SELECT * FROM lines ORDER BY id",
    rows: LINE_ROWS,
    requests: 3,
    paged: true,
  },
];
