import { expect, it } from "@jest/globals";
import { describeFull, describeWith } from "../../../../support/capabilities.ts";
import type { JobCloud } from "../../../../support/google-cloud/job-cloud.ts";
import type { RunTrouble } from "../../../../support/google-cloud/run-stand-in.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { countResults, runProgram, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 90_000;

/** The troubles of the calls to `jobs.run`, one after another. */
function troubleStarts(cloud: JobCloud, ...troubles: RunTrouble[]): void {
  cloud.run.faultOf = ({ permission }) => (permission === "run.jobs.run" ? (troubles.shift() ?? null) : null);
}

describeWith("sandbox", "the start of a job", () => {
  const world = useJobCloud();

  it.each<[string, RunTrouble[], number]>([
    ["is answered late", [{ answerDelayMs: 1000 }], 1],
    ["breaks off before anything is done", [{ reset: "before" }], 1],
    ["breaks off after it was done", [{ reset: "after" }], 2],
    ["is refused with 503 for a while", [{ status: 503 }, { status: 503 }], 1],
    ["starts two containers", [{ containers: 2 }], 1],
    [
      "is carried out without an answer, and then refused for good",
      [{ reset: "after" }, ...Array.from({ length: 4 }, () => ({ status: 429 }))],
      1,
    ],
    [
      "loses its answer, and starts two containers each time",
      [{ reset: "after", containers: 2 }, { containers: 2 }],
      2,
    ],
  ])(
    "that %s runs the program once",
    async (_what, troubles, executions) => {
      const { cloud } = world;
      troubleStarts(cloud, ...troubles);
      const run = await runProgram(cloud.createExecutor(), { code: "print('once')" });
      expect(run).toMatchObject({ status: "succeeded", stdout: "once\n" });
      expect(cloud.run.executions).toHaveLength(executions);
      const containers = cloud.run.executions.flatMap((execution) => execution.containers);
      await Promise.all(containers.map(({ ended }) => ended));
      expect(countResults(cloud)).toBe(1);
      const idle = containers.filter((container) => container.output().includes("Another container"));
      expect(idle).toHaveLength(containers.length - 1);
    },
    TIMEOUT_MS,
  );

  it(
    "that nobody ever answers is told by the result",
    async () => {
      const { cloud } = world;
      troubleStarts(cloud, ...Array.from({ length: 9 }, () => ({ reset: "after" }) as const));
      const run = await runProgram(cloud.createExecutor(), { code: "print('once')" });
      expect(run.stdout).toBe("once\n");
      expect(countResults(cloud)).toBe(1);
    },
    TIMEOUT_MS,
  );

  it.each<[string, RunTrouble, object]>([
    ["the quota is used up", { status: 429 }, { code: "rate_limited", retryAfterSeconds: 60 }],
    ["the account may not", { status: 403 }, { code: "sandbox_unavailable" }],
    ["there is no such job", { status: 404 }, { code: "sandbox_unavailable" }],
    ["the account is unknown", { status: 401 }, { code: "sandbox_unavailable" }],
    ["the job is out of order", { status: 400 }, { code: "sandbox_unavailable" }],
    ["the service is away", { status: 500 }, { code: "function_unavailable" }],
  ])(
    "is a clear error where %s",
    async (_what, trouble, error) => {
      const { cloud } = world;
      troubleStarts(cloud, ...Array.from({ length: 9 }, () => trouble));
      const executor = cloud.createExecutor({ unconfirmedMs: 6_000 });
      const refused: unknown = await runProgram(executor, { code: "print(1)" }).catch(
        (thrown: unknown) => thrown,
      );
      expect(refused).toMatchObject({ ...error, message: expect.stringMatching(/\w+ .*[.:] ?.*\.$/) });
      expect(cloud.run.executions).toHaveLength(0);
    },
    TIMEOUT_MS,
  );

  it(
    "that is never confirmed is told before callers give up, and a container that comes after that runs nothing",
    async () => {
      const { cloud } = world;
      troubleStarts(
        cloud,
        { reset: "after", startDelayMs: 9_000 },
        ...Array.from({ length: 9 }, () => ({ status: 500 })),
      );
      const executor = cloud.createExecutor({ unconfirmedMs: 6_000 });
      await expect(runProgram(executor, { code: "print(1)" })).rejects.toMatchObject({
        code: "function_unavailable",
        message: expect.stringContaining("has not run"),
        retryAfterSeconds: expect.any(Number),
      });
      await cloud.run.settled();
      expect(cloud.run.executions.flatMap(({ containers }) => containers)).toHaveLength(1);
      expect(countResults(cloud)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "names the permission that is missing",
    async () => {
      const { cloud } = world;
      cloud.run.permissions.delete("run.jobs.runWithOverrides");
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
        message: expect.stringContaining("run.jobs.runWithOverrides"),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "says that the image is missing",
    async () => {
      const { cloud } = world;
      troubleStarts(cloud, { failsWith: "Image 'registry/sandbox@sha256:0' not found." });
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
        message: expect.stringContaining("image is missing"),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "that does not come in time ends the run; a container that comes later runs nothing",
    async () => {
      const { cloud } = world;
      troubleStarts(cloud, { startDelayMs: 4_000 });
      // The cancellation is lost as well.
      const { faultOf } = cloud.run;
      cloud.run.faultOf = (call) =>
        call.permission === "run.executions.cancel" ? { status: 403 } : faultOf(call);
      const refused = runProgram(cloud.createExecutor({ startMs: 1_000 }), { code: "print(1)" });
      await expect(refused).rejects.toMatchObject({
        code: "overloaded",
        retryAfterSeconds: expect.any(Number),
      });
      await waitUntil(() => cloud.run.executions[0]?.state === "succeeded", TIMEOUT_MS);
      expect(countResults(cloud)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "that never comes is cancelled when the caller leaves",
    async () => {
      const { cloud } = world;
      troubleStarts(cloud, { neverStarts: true });
      const caller = new AbortController();
      const run = runProgram(cloud.createExecutor(), { code: "print(1)" }, { signal: caller.signal });
      await waitUntil(() => cloud.run.executions.length === 1, TIMEOUT_MS);
      caller.abort("gone");
      await expect(run).rejects.toBe("gone");
      expect(cloud.run.executions[0]?.state).toBe("cancelled");
    },
    TIMEOUT_MS,
  );

  it(
    "works with a thousand executions that are over",
    async () => {
      const { cloud } = world;
      cloud.run.fill(1_000);
      const run = runProgram(cloud.createExecutor(), { code: "print(input())", stdin: "among many" });
      await waitUntil(() => cloud.run.executions.some(({ state }) => state === "open"), TIMEOUT_MS);
      cloud.run.fill(1_000);
      expect((await run).stdout).toBe("among many\n");
    },
    TIMEOUT_MS,
  );
});

describeFull(["sandbox"], "a slow start of a job", () => {
  const world = useJobCloud();

  it("may take 60 s", async () => {
    const { cloud } = world;
    troubleStarts(cloud, { startDelayMs: 60_000 });
    const signal = AbortSignal.timeout(110_000);
    const run = await runProgram(cloud.createExecutor(), { code: "print('late')" }, { signal });
    expect(run.stdout).toBe("late\n");
  }, 120_000);
});
