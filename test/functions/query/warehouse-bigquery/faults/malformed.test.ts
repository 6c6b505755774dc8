import { expect, it } from "@jest/globals";
import type { CallKind } from "../../../../support/bigquery/stand-in.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { everyJobEnds, SUM, startFaulty } from "./faulty-bigquery.fixture.ts";

/** Bodies with status 200 that are no answer to any call. */
const NONSENSE: readonly unknown[] = [
  "",
  "not json",
  "<html><body>Captive portal</body></html>",
  '{"kind": "bigquery#job", "statistics": ',
  "null",
  [],
  "42",
  { error: { code: 200, message: "?" } },
  { statistics: "x", status: 7, jobReference: [] },
];
/** What only an answer with rows can get wrong. */
const ROWS: readonly unknown[] = [
  { jobComplete: true, schema: { fields: "x" }, rows: [{ f: [] }] },
  { jobComplete: true, schema: { fields: [{ name: "n" }] }, rows: [{ f: [{ v: "1" }] }] },
  { jobComplete: true, schema: { fields: [{ name: "n", type: "INTEGER" }] }, rows: "x" },
  { jobComplete: true, schema: { fields: [{ name: "n", type: "INTEGER" }] }, rows: [null] },
  {
    jobComplete: true,
    schema: { fields: [{ name: "n", type: "INTEGER" }] },
    rows: [{ f: [{ v: "1" }, { v: "2" }] }],
  },
  { jobComplete: true, schema: { fields: [{ name: "n", type: "INTEGER" }] }, rows: [{ f: [{ v: "one" }] }] },
  {
    jobComplete: true,
    schema: { fields: [{ name: "n", type: "TIMESTAMP" }] },
    rows: [{ f: [{ v: "today" }] }],
  },
  { jobComplete: true, rows: [{ f: [{ v: "1" }] }] },
];

describeWith("sandbox", "an answer that makes no sense", () => {
  it("to any call: 503, no row is made up, and no job is left running", async () => {
    const kinds = ["dryRun", "insert", "results"] as const satisfies readonly CallKind[];
    const cases = kinds.flatMap((kind) => NONSENSE.map((body) => ({ kind, body })));
    // All at once: what is not JSON is asked for again by the client.
    const seen = await Promise.all(
      cases.map(async ({ kind, body }) => {
        const at = await startFaulty({ answers: { [kind]: () => ({ body }) }, isEndless: () => true });
        const outcome = await at.ask(SUM).catch((thrown: unknown) => thrown);
        await everyJobEnds(at);
        const left = at.bigquery.jobs().filter(({ error }) => error?.message.includes("timed out"));
        return [kind, body, Object(outcome).code, Object(outcome).message, left.length];
      }),
    );
    const sentence = expect.stringMatching(/^BigQuery could not be reached or gave no usable answer/);
    expect(seen).toEqual(cases.map(({ kind, body }) => [kind, body, "warehouse_unavailable", sentence, 0]));
  }, 60_000);

  it.each(ROWS)(
    "with the rows of a job that is done, %j: 503, and the job is not cancelled",
    async (body) => {
      const at = await startFaulty({ answers: { results: () => ({ body }) } });
      await expect(at.ask(SUM)).rejects.toMatchObject({ code: "warehouse_unavailable" });
      expect(at.bigquery.count("cancel")).toBe(0);
    },
  );

  it.each([
    ["a number of rows that is none", { totalRows: "many" }],
    ["bytes that are none", { totalBytesProcessed: "-1" }],
    ["members that nobody knows", { novelty: { a: [1] }, kind: "bigquery#somethingElse" }],
  ])("but for %s is an answer", async (_what, more) => {
    const at = await startFaulty({
      answers: {
        results: async (_call, _n, usual) => {
          const reply = await usual();
          return "hangUp" in reply ? reply : { body: { ...Object(reply.body), ...more } };
        },
      },
    });
    expect(await at.ask(SUM)).toMatchObject({ kind: "rows", rows: [{ total: 6 }] });
  });
});
