import { expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { BUCKET, type JobCloud } from "../../../../support/google-cloud/job-cloud.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { countResults, runProgram, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 90_000;

const keysOf = (cloud: JobCloud, prefix: string) =>
  [...cloud.storage.bucket(BUCKET).objects.keys()].filter((key) => key.startsWith(prefix));

describeWith("sandbox", "a container of a job that dies", () => {
  const world = useJobCloud();

  it(
    "before it has the program",
    async () => {
      const { cloud } = world;
      cloud.run.faultOf = ({ permission }) => (permission === "run.jobs.run" ? { killAfterMs: 20 } : null);
      await expect(runProgram(cloud.createExecutor(), { code: "print(1)" })).rejects.toMatchObject({
        code: "sandbox_unavailable",
        message: expect.stringContaining("ended before it took the program"),
      });
      expect(countResults(cloud)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "while the program runs",
    async () => {
      const { cloud } = world;
      const run = runProgram(cloud.createExecutor(), { code: "import time\ntime.sleep(20)" });
      await waitUntil(() => keysOf(cloud, "claims/").length === 1, TIMEOUT_MS);
      cloud.run.executions[0]?.kill();
      expect(await run).toMatchObject({
        status: "killed",
        exitCode: null,
        signal: "SIGKILL",
        stderr: expect.stringContaining("sandbox ended while the program ran"),
      });
      expect(countResults(cloud)).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "when its result has come",
    async () => {
      const { cloud } = world;
      // The executor looks rarely: the container is gone before it does.
      const run = runProgram(cloud.createExecutor({ pollMs: 3_000 }), { code: "print('came')" });
      await waitUntil(() => keysOf(cloud, "results/").length === 1, TIMEOUT_MS);
      cloud.run.executions[0]?.kill();
      expect(await run).toMatchObject({ status: "succeeded", stdout: "came\n" });
    },
    TIMEOUT_MS,
  );

  it(
    "leaves a duplicate to run the program, if it had not taken it",
    async () => {
      const { cloud } = world;
      const troubles = [{ reset: "after", killAfterMs: 20 }, {}] as const;
      let calls = 0;
      cloud.run.faultOf = ({ permission }) =>
        permission === "run.jobs.run" ? (troubles[calls++] ?? null) : null;
      const run = await runProgram(cloud.createExecutor(), { code: "print('second')" });
      expect(run.stdout).toBe("second\n");
      expect(cloud.run.executions).toHaveLength(2);
    },
    TIMEOUT_MS,
  );

  it(
    "is seen although Cloud Run answers 500 for a while",
    async () => {
      const { cloud } = world;
      const run = runProgram(cloud.createExecutor(), { code: "import time\ntime.sleep(20)" });
      await waitUntil(() => keysOf(cloud, "claims/").length === 1, TIMEOUT_MS);
      let bad = 6;
      cloud.run.faultOf = () => (bad-- > 0 ? { status: 500 } : null);
      cloud.run.executions[0]?.kill();
      expect((await run).status).toBe("killed");
    },
    TIMEOUT_MS,
  );

  it(
    "is told by the time where Cloud Run does not answer at all",
    async () => {
      const { cloud } = world;
      cloud.run.faultOf = ({ permission }) => (permission === "run.executions.get" ? { status: 403 } : null);
      const executor = cloud.createExecutor({ startMs: 30_000, handOverMs: 5_000 });
      const run = runProgram(executor, { code: "import time\ntime.sleep(20)", timeoutMs: 5_000 });
      await waitUntil(() => keysOf(cloud, "claims/").length === 1, TIMEOUT_MS);
      cloud.run.executions[0]?.kill();
      expect((await run).status).toBe("killed");
    },
    TIMEOUT_MS,
  );
});
