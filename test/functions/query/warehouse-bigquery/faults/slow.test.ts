import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { type Answer, errorAnswer } from "../../../../support/bigquery/stand-in.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { everyJobEnds, SUM, startFaulty, TOTAL } from "./faulty-bigquery.fixture.ts";

const late: Answer = async (_call, _n, usual) => {
  await sleep(300);
  return usual();
};
const never: Answer = () => new Promise(() => {});

describeWith("sandbox", "a BigQuery that is slow", () => {
  it("answers all the same", async () => {
    const at = await startFaulty({ answers: { dryRun: late, insert: late, results: late } });
    expect(await at.ask(SUM)).toMatchObject(TOTAL);
    expect(at.bigquery.jobs().length).toBe(1);
  });

  it("at the dry run: the statement ends at its time, and no job is made", async () => {
    const at = await startFaulty({ answers: { dryRun: never } });
    expect(await at.ask(SUM, { timeoutMs: 700 })).toMatchObject({ kind: "failure", code: "query_timed_out" });
    expect(at.bigquery.jobs()).toEqual([]);
  });

  it("at the creation of the job: the statement ends at its time, and the job is cancelled once it is there", async () => {
    const at = await startFaulty({
      isEndless: () => true,
      answers: {
        insert: async (_call, _n, usual) => {
          const reply = await usual();
          await sleep(3500);
          return reply;
        },
      },
    });
    expect(await at.ask(SUM, { timeoutMs: 3000 })).toMatchObject({
      kind: "failure",
      code: "query_timed_out",
    });
    await everyJobEnds(at);
    expect(at.bigquery.jobs().map(({ error }) => error?.reason)).toEqual(["stopped"]);
  });

  it("at the rows: the statement ends at its time, and its job is cancelled", async () => {
    const at = await startFaulty({ answers: { results: never } });
    expect(await at.ask(SUM, { timeoutMs: 3000 })).toMatchObject({
      kind: "failure",
      code: "query_timed_out",
    });
    expect(at.bigquery.count("cancel")).toBe(1);
  });
});

describeWith("sandbox", "a job that never ends", () => {
  it("is cancelled at its time, and the answer says so", async () => {
    const at = await startFaulty({ isEndless: () => true });
    const outcome = await at.ask(SUM, { timeoutMs: 3000 });
    expect(outcome).toMatchObject({ kind: "failure", code: "query_timed_out" });
    expect(outcome).toHaveProperty("message", expect.stringMatching(/3 s.*cancelled/));
    await everyJobEnds(at);
    expect(at.bigquery.jobs()[0]?.error?.message).toMatch(/cancel|timed out/i);
  });

  it("and cannot be cancelled ends by the time that was sent with it", async () => {
    const at = await startFaulty({
      isEndless: () => true,
      answers: { cancel: () => errorAnswer(403, "accessDenied", "Access Denied: bigquery.jobs.update") },
    });
    expect(await at.ask(SUM, { timeoutMs: 3000 })).toMatchObject({
      kind: "failure",
      code: "query_timed_out",
    });
    await everyJobEnds(at);
    const [job] = at.bigquery.jobs();
    expect(job?.error?.message).toContain("Job timed out");
    expect(Number(Object(job?.configuration).jobTimeoutMs)).toBeLessThanOrEqual(3000);
  }, 60_000);

  it("is asked about again and again until it does", async () => {
    const at = await startFaulty({
      answers: { results: async (_call, n, usual) => (n < 3 ? { body: { jobComplete: false } } : usual()) },
    });
    expect(await at.ask(SUM)).toMatchObject(TOTAL);
    expect(at.bigquery.count("results")).toBe(4);
    expect(at.bigquery.count("cancel")).toBe(0);
  });
});
