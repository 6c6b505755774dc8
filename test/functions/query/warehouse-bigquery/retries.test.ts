import { describe, expect, it } from "@jest/globals";
import {
  type BigqueryStandIn,
  errorAnswer,
  jobAnswer,
  pageAnswer,
} from "../../../support/bigquery/stand-in.ts";
import { ONE, quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const STAGES = ["dryRun", "insert", "results"] as const;
const MINUTE_MS = 60_000;
const jobIds = (standIn: BigqueryStandIn): readonly unknown[] =>
  standIn.calls.filter(({ kind }) => kind === "insert").map(({ body }) => Object(body).jobReference.jobId);

describe("what fails for the moment is tried again, and no statement runs twice:", () => {
  const troubles = [
    [429, "rateLimitExceeded"],
    [500, "backendError"],
    [502, "backendError"],
    [503, "backendError"],
  ] as const;
  it(
    "busy or broken at the dry run, the insert or the rows",
    async () => {
      const cases = troubles.flatMap((trouble) => STAGES.map((stage) => [...trouble, stage] as const));
      // All at once, as each waits for its second try.
      const runs = cases.map(async ([status, reason, failing]) => {
        const once = (stage: string, n: number) =>
          stage === failing && n === 0 ? errorAnswer(status, reason, "Try again") : null;
        const { standIn, warehouse } = await start({
          dryRun: (call, n) => once("dryRun", n) ?? jobAnswer(call, { statementType: "SELECT" }),
          insert: (call, n) => once("insert", n) ?? jobAnswer(call),
          results: (_call, n) => once("results", n) ?? pageAnswer(ONE, [["7"]]),
        });
        expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ rows: [{ n: 7 }] });
        expect(standIn.count(failing)).toBe(2);
        expect(new Set(jobIds(standIn)).size).toBe(1);
      });
      await Promise.all(runs);
    },
    MINUTE_MS,
  );

  it(
    "a connection that breaks after the job was made",
    async () => {
      const made = new Set<unknown>();
      const { standIn, warehouse } = await start({
        insert: (call) => {
          const { jobId } = Object(call.body).jobReference;
          if (made.has(jobId)) return errorAnswer(409, "duplicate", "Already Exists: Job");
          made.add(jobId);
          return { hangUp: true };
        },
        results: () => pageAnswer(ONE, [["7"]]),
      });
      expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ rows: [{ n: 7 }] });
      expect(made.size).toBe(1);
      expect(standIn.count("cancel")).toBe(0);
    },
    MINUTE_MS,
  );

  it(
    "a BigQuery that stays busy is answered with when to come again, as it says itself",
    async () => {
      const busy = errorAnswer(429, "rateLimitExceeded", "Exceeded rate limits");
      const asked = await start({ dryRun: () => ({ ...busy, headers: { "retry-after": "17" } }) });
      const silent = await start({ dryRun: () => busy });
      const byQuota = await start({
        dryRun: () => errorAnswer(403, "rateLimitExceeded", "Exceeded rate limits"),
      });
      const expected = [17, 10, 10];
      const runs = [asked, silent, byQuota].map(async ({ standIn, warehouse }, index) => {
        await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
          code: "overloaded",
          retryAfterSeconds: expected[index],
          message: expect.stringContaining(`${expected[index]} seconds`),
        });
        expect(standIn.count("insert")).toBe(0);
      });
      await Promise.all(runs);
      expect(asked.standIn.count("dryRun")).toBe(3);
    },
    MINUTE_MS,
  );

  it("a job that failed is not run anew, whatever it failed of", async () => {
    const { standIn, warehouse } = await start({
      results: () => errorAnswer(400, "resourcesExceeded", "Resources exceeded during query execution"),
    });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ code: "query_out_of_memory" });
    expect(standIn.count("insert")).toBe(1);
  });
});
