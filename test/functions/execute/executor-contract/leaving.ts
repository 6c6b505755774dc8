import { expect, it } from "@jest/globals";
import { countProcesses, createRunners } from "../../../sandbox/sandbox.fixture.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import type { Ask, AskOwn } from "./executor.contract.ts";

const stay = (mark: string) =>
  `import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep 200; true", "${mark}"])`;

/** What becomes of programs when their callers, or the server, leave. */
export function describeLeaving(ask: Ask, askOwn: AskOwn): void {
  it("ends the program of a caller who leaves, with all that it started", async () => {
    const { python } = createRunners(await ask());
    const mark = `contract-left-${process.pid}-${Date.now()}`;
    const caller = new AbortController();
    const running = python(stay(mark), 25_000, caller.signal);
    await waitUntil(() => countProcesses(mark) > 0, 40_000);
    const reason = new Error("The caller left");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await waitUntil(() => countProcesses(mark) === 0, 20_000);
  });

  it("starts nothing for a caller who has left", async () => {
    const { python } = createRunners(await ask());
    await expect(python("print(1)", 1000, AbortSignal.abort("gone"))).rejects.toBe("gone");
  });

  it("ends everything when it closes, and then refuses", async () => {
    const { executor, end } = await askOwn();
    try {
      const { python } = createRunners(executor);
      const mark = `contract-closed-${process.pid}-${Date.now()}`;
      const refused = expect(python(stay(mark), 25_000)).rejects.toMatchObject({ code: "shutting_down" });
      await waitUntil(() => countProcesses(mark) > 0, 40_000);
      await executor.close();
      await refused;
      await waitUntil(() => countProcesses(mark) === 0, 20_000);
      await expect(python("print(1)")).rejects.toMatchObject({ code: "shutting_down" });
    } finally {
      await end();
    }
  });
}
