import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { createLocalExecutor } from "#functions/execute/executor/executor-local.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeFull } from "../support/capabilities.ts";
import { processesBelow } from "../support/processes-below.ts";
import { toProgram } from "./sandbox.fixture.ts";

const ROUNDS = 30;

/** What a run may leave behind on the host. */
const count = () => ({
  processes: processesBelow(process.pid).length,
  descriptors: readdirSync("/proc/self/fd").length,
  mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
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

describeFull(["sandbox"], "hundreds of nasty programs, and callers who leave", () => {
  it("leave no process, descriptor or mount behind", async () => {
    const hello = toProgram({ language: "python", code: "print('still here')", timeoutMs: 5_000 });
    const options = { logger: createLogger({}, () => undefined) };
    const first = createLocalExecutor(options);
    await first.run(hello, { signal: AbortSignal.timeout(60_000) });
    await first.close();
    const before = count();
    const executor = createLocalExecutor(options);
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.allSettled(
        NASTY.map(({ language, code }, index) => {
          // Callers leave early, also while a sandbox is still being started.
          const patience = (round + index) % 4 === 0 ? 1 + ((round * 37) % 250) : 50_000;
          return executor.run(toProgram({ language, code, timeoutMs: 1_000 }), {
            signal: AbortSignal.timeout(patience),
          });
        }),
      );
    }
    expect((await executor.run(hello, { signal: AbortSignal.timeout(60_000) })).stdout).toBe("still here\n");
    await executor.close();
    expect(count()).toEqual(before);
  }, 1_200_000);
});
