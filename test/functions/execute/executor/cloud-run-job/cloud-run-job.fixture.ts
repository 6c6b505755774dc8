import { afterEach, beforeEach } from "@jest/globals";
import type { Executor, Program, RunOptions, RunResult } from "#functions/execute/executor/executor.ts";
import { toProgram } from "../../../../sandbox/sandbox.fixture.ts";
import { type JobCloud, startJobCloud } from "../../../../support/google-cloud/job-cloud.ts";

/** Starts them anew for each test of the suite. */
export function useJobCloud(options: Parameters<typeof startJobCloud>[0] = {}): {
  readonly cloud: JobCloud;
} {
  let cloud: JobCloud | undefined;
  beforeEach(async () => {
    cloud = await startJobCloud(options);
  });
  afterEach(async () => {
    await cloud?.close();
    cloud = undefined;
  });
  return {
    get cloud() {
      if (cloud === undefined) throw new Error("no test is running");
      return cloud;
    },
  };
}

/** Runs a program whose files nobody wants. */
export function runProgram(
  executor: Executor,
  program: Pick<Program, "code"> & Partial<Program>,
  options: Partial<RunOptions> = {},
): Promise<RunResult> {
  return executor.run(toProgram({ language: "python", ...program }), {
    signal: AbortSignal.timeout(110_000),
    receive: async () => undefined,
    ...options,
  });
}

/** How often a container has put a result, and it was taken. */
export function countResults({ storage }: JobCloud): number {
  const isResult = ({ method, key }: { readonly method: string; readonly key: string }) =>
    method === "PUT" && key.startsWith("results/");
  return storage.calls.filter(isResult).length;
}
