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
  ["is 403 for the rate", status(403, "rateLimitExceeded")],
];

describeWith("sandbox", "one call that fails once", () => {
  // All at once: each waits for the client to try again.
  it.each(CALLS)(
    "%s: the statement is answered, and ran once",
    async (kind) => {
      const seen = await Promise.all(
        PASSING.map(async ([what, fault]) => {
          const at = await startFaulty({ answers: { [kind]: once(fault) } });
          const outcome = await at.ask(SUM).catch(String);
          return [what, outcome, at.bigquery.jobs().length, at.bigquery.count(kind)];
        }),
      );
      expect(seen).toEqual(PASSING.map(([what]) => [what, expect.objectContaining(TOTAL), 1, 2]));
    },
    60_000,
  );
});

describeWith("sandbox", "one call that fails every time", () => {
  const lasting: readonly (readonly [what: string, fault: Answer, code: string])[] = [
    ["is reset", reset, "warehouse_unavailable"],
    ["is 500", status(500), "warehouse_unavailable"],
    ["is 503", status(503), "warehouse_unavailable"],
    ["is 429", status(429, "rateLimitExceeded"), "overloaded"],
  ];
  it.each(CALLS)(
    "%s: is told of, and no job is left running",
    async (kind) => {
      const seen = await Promise.all(
        lasting.map(async ([what, fault]) => {
          const at = await startFaulty({ answers: { [kind]: fault }, isEndless: () => true });
          const code = await at.ask(SUM).then(({ kind: outcome }) => outcome, codeOf);
          await everyJobEnds(at);
          return [what, code, at.bigquery.count(kind)];
        }),
      );
      expect(seen).toEqual(lasting.map(([what, , code]) => [what, code, 3]));
    },
    60_000,
  );

  it("says when to come again as Google did", async () => {
    const at = await startFaulty({
      answers: {
        dryRun: () => errorAnswer(429, "rateLimitExceeded", "Exceeded rate limits", { "retry-after": "27" }),
      },
    });
    await expect(at.ask(SUM)).rejects.toMatchObject({ code: "overloaded", retryAfterSeconds: 27 });
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

function codeOf(thrown: unknown): unknown {
  return Object(thrown).code;
}
