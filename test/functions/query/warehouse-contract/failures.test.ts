import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

/** What is asked, and what both call it. */
const FAILURES: readonly (readonly [what: string, sql: string, code: string])[] = [
  ["that does not parse", "SELEC 1", "invalid_query"],
  ["with an open literal", "SELECT 'a", "invalid_query"],
  ["over a table that is not there", "SELECT * FROM d.nothing", "table_not_found"],
  ["over a dataset that is not there", "SELECT * FROM nowhere.t", "table_not_found"],
  ["over a column that is not there", "SELECT nothing FROM d.t", "invalid_query"],
  ["without a parameter", "SELECT @p", "invalid_query"],
  ["with an aggregate in WHERE", "SELECT 1 FROM d.t WHERE SUM(a) > 1", "invalid_query"],
];

const REFUSALS: readonly (readonly [what: string, sql: string, code: string])[] = [
  ["two statements", "SELECT 1; SELECT 2", "multiple_statements"],
  [
    "a write behind a nested comment",
    "SELECT 1 /* /* */ ; DELETE FROM d.t WHERE true -- */",
    "multiple_statements",
  ],
  ["DELETE", "DELETE FROM d.t WHERE TRUE", "write_not_allowed"],
  ["INSERT", "INSERT d.t (a) VALUES (1)", "write_not_allowed"],
  ["a table made of a query", "CREATE TABLE d.u AS SELECT 1 AS a", "write_not_allowed"],
  ["DROP", "DROP TABLE d.t", "write_not_allowed"],
];

describeWith("sandbox", "a statement", () => {
  const two = twoWarehouses({
    files: { "d/t.csv": "a\n1\n2\n" },
    isEndless: (sql) => sql.includes("endless"),
  });

  it.each(FAILURES)("%s: %s is %s", async (_what, sql, code) => {
    for (const adapter of ADAPTERS) {
      const outcome = await two.ask(adapter, sql);
      expect([adapter, outcome]).toEqual([
        adapter,
        { kind: "failure", code, message: expect.stringMatching(/^[A-Z"'`][\s\S]{10,}/) },
      ]);
    }
  });

  it.each(REFUSALS)("that is %s is refused and does not run: %s", async (_what, sql, code) => {
    const before = two.bigquery().jobs().length;
    for (const adapter of ADAPTERS) await expect(two.ask(adapter, sql)).rejects.toMatchObject({ code });
    expect(two.bigquery().jobs().length).toBe(before);
    expect(await two.ask("duckdb", "SELECT COUNT(*) AS n FROM d.t")).toMatchObject({ rows: [{ n: 2 }] });
  });

  it("that takes too long ends at its time, and its job with it", async () => {
    const sql = `SELECT SUM(LENGTH(REGEXP_REPLACE(CAST(a.x AS STRING), '[0-9]', CAST(b.x AS STRING)))) AS endless
      FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS a_x, UNNEST(GENERATE_ARRAY(1, 100000)) AS b_x, (SELECT 1 AS x) a, (SELECT 2 AS x) b`;
    for (const adapter of ADAPTERS) {
      const outcome = await two.ask(adapter, sql, { timeoutMs: 3000 });
      expect([adapter, outcome]).toMatchObject([adapter, { kind: "failure", code: "query_timed_out" }]);
    }
    const [job] = two
      .bigquery()
      .jobs()
      .filter((one) => one.sql === sql);
    await job?.ended;
    expect(job?.error?.reason).toBe("stopped");
  });

  it("whose caller leaves ends, and its job with it", async () => {
    const sql = "SELECT 'endless for a while' AS x";
    const leaving = new AbortController();
    const run = two.ask("bigquery", sql, {}, leaving.signal);
    const rejected = expect(run).rejects.toThrow("left");
    while (
      two
        .bigquery()
        .jobs()
        .every((job) => job.sql !== sql)
    )
      await new Promise((resolve) => setTimeout(resolve, 10));
    leaving.abort(new Error("left"));
    await rejected;
    const [job] = two
      .bigquery()
      .jobs()
      .filter((one) => one.sql === sql);
    await job?.ended;
    expect(job?.error?.message).toContain("User requested cancellation");
  });
});
