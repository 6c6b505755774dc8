import { expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { BUCKET } from "../../../../support/google-cloud/job-cloud.ts";
import { runProgram, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 60_000;

describeWith("sandbox", "a program in an execution of a Cloud Run job", () => {
  const world = useJobCloud();

  it(
    "runs in a container that knows nothing but signed addresses",
    async () => {
      const { cloud } = world;
      const code = "import sys\nprint(input())\nprint('told', file=sys.stderr)";
      const run = await runProgram(cloud.createExecutor(), { code, stdin: "hello" });
      expect(run).toMatchObject({
        status: "succeeded",
        exitCode: 0,
        stdout: "hello\n",
        stderr: "told\n",
        engine: "cpython",
      });
      const [execution] = cloud.run.executions;
      expect(Object.keys(execution?.environment ?? {}).sort()).toEqual([
        "CLAIMED_URL",
        "CLAIM_URL",
        "IN_URL",
        "LANGUAGE",
        "OUT_URL",
      ]);
      const bodies = cloud.run.calls.map(({ body }) => body).join("");
      expect(bodies).not.toContain("hello");
      expect(bodies).not.toContain("import sys");
    },
    TIMEOUT_MS,
  );

  it(
    "leaves no program in the bucket",
    async () => {
      const { cloud } = world;
      const executor = cloud.createExecutor();
      await runProgram(executor, { code: "print(1)" });
      await executor.close();
      const keys = [...cloud.storage.bucket(BUCKET).objects.keys()];
      expect(keys.filter((key) => key.startsWith("programs/"))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
