import { globSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { expect, it } from "@jest/globals";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { describeFull } from "../support/capabilities.ts";
import { processesBelow } from "../support/processes-below.ts";
import { waitUntil } from "../support/wait-until.ts";
import { createTestExecutor, toOptions, toProgram } from "./sandbox.fixture.ts";
import { findSupervisors } from "./warm-processes.ts";

const ROUNDS = 100;

/** What a run may leave behind on the host. */
const count = () => ({
  processes: processesBelow(process.pid).length,
  descriptors: readdirSync("/proc/self/fd").length,
  mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
  controlGroups: globSync(`/sys/fs/cgroup/**/sandbox-${process.pid}-*/*/`).length,
  folders: globSync(`${tmpdir()}/sandbox-zygote-${process.pid}-*`).length,
});

const NASTY = [
  { language: "python", code: "print('hello')" },
  { language: "python", code: "import os\nwhile True: os.fork()" },
  {
    language: "python",
    code: "import os, signal, time\nsignal.signal(15, signal.SIG_IGN)\nif os.fork(): os._exit(0)\nos.setsid()\ntime.sleep(60)",
  },
  { language: "python", code: "x = []\nwhile True: x.append(bytearray(10**7))" },
  { language: "python", code: "while True: print('x' * 1000)" },
  { language: "python", code: "i = 0\nwhile True:\n  open(str(i), 'w').write('x' * 4096)\n  i += 1" },
  { language: "python", code: "import os; os.kill(os.getpid(), 9)" },
  { language: "javascript", code: "const a = []; while (true) a.push(new Array(1e5).fill(1.5))" },
  { language: "javascript", code: "require('child_process').spawn('sleep', ['60'], { detached: true })" },
  { language: "javascript", code: "while (true) {}" },
] as const;

/** Every fourth caller leaves early, also while a sandbox is still being started. */
function patienceOf(round: number, index: number): number {
  return (round + index) % 4 === 0 ? 1 + ((round * 37) % 250) : 100_000;
}

async function runAll(executor: Executor): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.allSettled(
      NASTY.map(({ language, code }, index) =>
        executor.run(
          toProgram({ language, code, timeoutMs: 1_000 }),
          toOptions(AbortSignal.timeout(patienceOf(round, index))),
        ),
      ),
    );
  }
}

const hello = (executor: Executor) =>
  executor.run(
    toProgram({ language: "python", code: "print('still here')" }),
    toOptions(AbortSignal.timeout(60_000)),
  );

describeFull(["sandbox"], "a thousand nasty programs, and callers who leave", () => {
  it.each([
    ["sandboxes that wait", { python: 4, data: 0, javascript: 2, node: 1 }],
    ["sandboxes that are started for each program", { python: 0, data: 0, javascript: 0, node: 0 }],
  ])(
    "leave nothing behind in %s",
    async (_, warm) => {
      const before = count();
      const executor = createTestExecutor({ warm, queueWaitMs: 60_000 });
      try {
        await hello(executor);
        await waitUntil(() => findSupervisors().length === warm.python + warm.javascript);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        const idle = count();
        await runAll(executor);
        expect((await hello(executor)).stdout).toBe("still here\n");
        // What is on its way out is not left behind.
        await waitUntil(() => isDeepStrictEqual(count(), idle)).catch(() => undefined);
        expect(count()).toEqual(idle);
      } finally {
        await executor.close();
      }
      // The test's own tools may have gone meanwhile.
      const after = count();
      for (const [what, left] of Object.entries(after)) {
        expect([what, left <= before[what as keyof typeof before]]).toEqual([what, true]);
      }
    },
    1_800_000,
  );
});
