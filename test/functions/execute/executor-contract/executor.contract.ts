import { afterAll } from "@jest/globals";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { type describeFull, describeWith } from "../../../support/capabilities.ts";
import { describeFiles } from "./files.ts";
import { describeLeaving } from "./leaving.ts";
import { describePrograms } from "./programs.ts";

/** An executor with what it stands on. */
export interface StartedExecutor {
  readonly executor: Executor;
  close(): Promise<void>;
}

/** The executor that the suite shares. */
export type Ask = () => Promise<Executor>;
/** An executor of a test's own. */
export type AskOwn = () => Promise<{ readonly executor: Executor; end(): Promise<void> }>;

/**
 * What every executor keeps, whatever runs its programs: the promises of the port.
 * @param start builds one; its `close` ends what it stands on too
 * @param describeSuite `describeFull` for an executor that differs little from another one
 */
export function describeExecutorContract(
  name: string,
  start: () => Promise<StartedExecutor>,
  describeSuite: typeof describeFull = describeWith,
): void {
  describeSuite(["sandbox", "python-packages"], name, () => {
    let started: Promise<StartedExecutor> | null = null;
    const ask: Ask = async () => {
      started ??= start();
      return (await started).executor;
    };
    const askOwn: AskOwn = async () => {
      const { executor, close } = await start();
      return { executor, end: close };
    };
    afterAll(async () => (await started)?.close());
    describePrograms(ask);
    describeFiles(ask);
    describeLeaving(ask, askOwn);
  });
}
