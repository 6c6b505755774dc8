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
  const cases: readonly (readonly [CallKind, unknown])[] = [
    ...(["dryRun", "insert", "results"] as const).flatMap((kind) =>
      NONSENSE.map((body) => [kind, body] as const),
    ),
    ...ROWS.map((body) => ["results", body] as const),
  ];
  it.each(cases)(
    "to %s, %j: 503, no row is made up, and no job is left running",
    async (kind, body) => {
      const at = await startFaulty({ answers: { [kind]: () => ({ body }) }, isEndless: () => true });
      await expect(at.ask(SUM)).rejects.toMatchObject({
        code: "warehouse_unavailable",
        message: expect.stringMatching(/^BigQuery could not be reached/),
      });
      await everyJobEnds(at);
    },
    60_000,
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
