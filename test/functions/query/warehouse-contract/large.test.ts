import { expect, it } from "@jest/globals";
import { pageAnswer } from "../../../support/bigquery/stand-in.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

const MEGABYTE = "REPEAT('x', 1000000)";
const LARGE_ROW = Array.from({ length: 10 }, (_, n) => `${MEGABYTE} AS c${n}`).join(", ");
const COLUMNS = 5000;
const WIDE = `SELECT ${Array.from({ length: COLUMNS }, (_, n) => `${n} AS c${n}`).join(", ")}`;

describeWith("sandbox", "a result that no answer can hold", () => {
  const two = twoWarehouses({
    answers: {
      // The embedded engine has no such row to give, so these are canned.
      dryRun: (call, _n, usual) =>
        JSON.stringify(call.body).includes("c4999")
          ? {
              body: {
                jobReference: { location: "US" },
                status: { state: "DONE" },
                statistics: { query: { statementType: "SELECT", totalBytesProcessed: "0" } },
              },
            }
          : usual(),
      results: async (call, _n, usual) => {
        const [job] = two.bigquery().jobs().slice(-1);
        if (!job?.sql.includes("c4999")) return usual();
        const fields = Array.from({ length: COLUMNS }, (_, n) => ({ name: `c${n}`, type: "INTEGER" }));
        return pageAnswer(fields, [fields.map((_, n) => String(n))], {
          jobReference: { jobId: job.id, location: call.query["location"] },
        });
      },
    },
  });

  it("of five thousand columns is said to be too wide by both", async () => {
    for (const adapter of ADAPTERS) {
      const outcome = await two.ask(adapter, WIDE);
      expect([adapter, outcome]).toMatchObject([adapter, { kind: "failure", code: "result_too_large" }]);
      expect(outcome).toHaveProperty("message", expect.stringMatching(/column/));
    }
  });

  it("with a row of ten megabytes is said to be too long by both", async () => {
    for (const adapter of ADAPTERS) {
      const outcome = await two.ask(adapter, `SELECT ${LARGE_ROW}`);
      expect([adapter, outcome]).toMatchObject([adapter, { kind: "failure", code: "result_too_large" }]);
      expect(outcome).toHaveProperty("message", expect.stringMatching(/single row/));
    }
  });

  it("ends before a row of megabytes, which is said to be too long when it is asked for", async () => {
    const sql = `SELECT n, IF(n = 3, ${MEGABYTE}, 'short') AS s FROM UNNEST([1, 2, 3, 4]) AS n ORDER BY n`;
    for (const adapter of ADAPTERS) {
      const page = await two.ask(adapter, sql);
      if (page.kind !== "rows" || page.next === null)
        throw new Error(`${adapter}: ${JSON.stringify(page).slice(0, 300)}`);
      expect([adapter, page.rows.map(({ n }) => n), page.truncatedBy]).toEqual([adapter, [1, 2], "size"]);
      const { signal } = new AbortController();
      const rest = await two
        .warehouse(adapter)
        .readPage(page.next, { maxRows: 1000, maxCharacters: 95_000 }, { signal });
      expect([adapter, rest]).toMatchObject([adapter, { kind: "failure", code: "result_too_large" }]);
    }
  });
});

describeWith("sandbox", "two hundred statements at once", () => {
  const two = twoWarehouses({
    files: { "d/t.csv": `n\n${Array.from({ length: 200 }, (_, n) => n).join("\n")}\n` },
  });

  it.each(ADAPTERS)(
    "are all answered, each with its own rows (%s)",
    async (adapter) => {
      const asked = Array.from({ length: 200 }, (_, n) =>
        two.ask(adapter, `SELECT n * 2 AS x FROM d.t WHERE n = ${n}`, { timeoutMs: 100_000 }),
      );
      const pages = await Promise.all(asked);
      expect(pages.map((page) => (page.kind === "rows" ? page.rows : page))).toEqual(
        pages.map((_, n) => [{ x: n * 2 }]),
      );
    },
    120_000,
  );

  it("leave no job of BigQuery's running, and were not sent twice", () => {
    const jobs = two.bigquery().jobs();
    expect(jobs.filter(({ state }) => state !== "DONE")).toEqual([]);
    expect(jobs.length).toBe(200);
    expect(two.bigquery().count("cancel")).toBe(0);
  });
});
