import { expect, it } from "@jest/globals";
import { type Answer, type CallKind, errorAnswer } from "../../../../support/bigquery/stand-in.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { everyJobEnds, SUM, startFaulty, TOTAL } from "./faulty-bigquery.fixture.ts";

const CALLS = ["dryRun", "insert", "results"] as const satisfies readonly CallKind[];

/** Fails the first call of a kind only. */
const once =
  (fault: Answer): Answer =>
  (call, n, usual) =>
    n === 0 ? fault(call, n, usual) : usual();
/** The call arrives and is obeyed, and its answer is lost. */
const lost: Answer = async (_call, _n, usual) => {
  await usual();
  return { hangUp: true };
};
const cut: Answer = async (_call, _n, usual) => ({ ...(await usual()), cutAt: 20 });
const reset: Answer = () => ({ hangUp: true });
const status =
  (code: number, reason = "backendError"): Answer =>
  () =>
    errorAnswer(code, reason, "Try again.", { "retry-after": "1" });

const PASSING: readonly (readonly [what: string, fault: Answer])[] = [
  ["is reset", reset],
  ["is obeyed and its answer lost", lost],
  ["is cut in its middle", cut],
  ["is 500", status(500)],
  ["is 502", status(502)],
  ["is 503", status(503)],
  ["is 429 with a wait", status(429, "rateLimitExceeded")],
];

describeWith("sandbox", "one call that fails once", () => {
  it("is made again: the statement is answered, and ran once", async () => {
    const cases = CALLS.flatMap((kind) => PASSING.map(([what, fault]) => ({ kind, what, fault })));
    // All at once: each waits for the client to try again.
    const seen = await Promise.all(
      cases.map(async ({ kind, what, fault }) => {
        const at = await startFaulty({ answers: { [kind]: once(fault) } });
        const outcome = await at.ask(SUM).catch(String);
        return [kind, what, outcome, at.bigquery.jobs().length, at.bigquery.count(kind)];
      }),
    );
    expect(seen).toEqual(cases.map(({ kind, what }) => [kind, what, expect.objectContaining(TOTAL), 1, 2]));
  }, 60_000);
});

describeWith("sandbox", "one call that fails every time", () => {
  const lasting: readonly (readonly [what: string, fault: Answer, code: string])[] = [
    ["is reset", reset, "warehouse_unavailable"],
    ["is 500", status(500), "warehouse_unavailable"],
    ["is 503", status(503), "warehouse_unavailable"],
    ["is 429", status(429, "rateLimitExceeded"), "overloaded"],
    ["is 401", status(401, "authError"), "warehouse_unavailable"],
  ];
  it("is told of, and no job is left running", async () => {
    const cases = CALLS.flatMap((kind) =>
      lasting.map(([what, fault, code]) => ({ kind, what, fault, code })),
    );
    const seen = await Promise.all(
      cases.map(async ({ kind, what, fault }) => {
        const at = await startFaulty({ answers: { [kind]: fault }, isEndless: () => true });
        const outcome = await at.ask(SUM).catch((thrown: unknown) => thrown);
        await everyJobEnds(at);
        // None of them ended only by the time that was sent with it.
        const left = at.bigquery.jobs().filter(({ error }) => error?.message.includes("timed out"));
        return [kind, what, Object(outcome).code, left.length, at.bigquery.count(kind) <= 3];
      }),
    );
    expect(seen).toEqual(cases.map(({ kind, what, code }) => [kind, what, code, 0, true]));
  }, 60_000);
});

describeWith("sandbox", "a job that BigQuery lost", () => {
  it("is our trouble, not the statement's: it may be sent again", async () => {
    const at = await startFaulty({
      answers: {
        results: (_call, _n, usual) => {
          at.bigquery.loseJobs();
          return usual();
        },
      },
    });
    await expect(at.ask(SUM)).rejects.toMatchObject({ code: "warehouse_unavailable" });
  });
});
