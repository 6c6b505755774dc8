import { readFileSync } from "node:fs";
import { afterAll, afterEach, expect, it } from "@jest/globals";
import { createLocalExecutor } from "#functions/execute/executor/executor-local.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../support/capabilities.ts";
import { processesBelow } from "../support/processes-below.ts";

const signal = AbortSignal.timeout(60_000);
const python = (code: string) => ({ language: "python" as const, code, timeoutMs: 10_000 });
const supervisors = () =>
  processesBelow(process.pid).filter((pid) => commandOf(pid).startsWith("/usr/bin/python3"));

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // It ended while we looked.
  }
}

async function untilWaiting(count: number): Promise<readonly number[]> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const found = supervisors();
    if (found.length === count) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${supervisors().length} sandboxes wait instead of ${count}`);
}

describeWith("sandbox", "sandboxes that wait", () => {
  const executor = createLocalExecutor({ logger: createLogger({}, () => undefined), waitingSandboxes: 2 });
  afterEach(() => untilWaiting(2));
  afterAll(() => executor.close());

  it("are started after the first program, and each serves one program only", async () => {
    await executor.run(python("open('/tmp/left', 'w').write('secret'); import builtins; builtins.left = 1"), {
      signal,
    });
    await untilWaiting(2);
    for (let run = 0; run < 5; run += 1) {
      const code =
        "import os, builtins; print(os.listdir('/tmp'), os.listdir('.'), hasattr(builtins, 'left'))";
      const { stdout } = await executor.run(python(code), { signal });
      expect(stdout).toBe("[] [] False\n");
    }
  });

  it("that died are replaced without losing a program", async () => {
    for (const pid of await untilWaiting(2)) process.kill(pid, "SIGKILL");
    const runs = await Promise.all([1, 2, 3].map((n) => executor.run(python(`print(${n})`), { signal })));
    expect(runs.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n", "3\n"]);
  });

  it("know nothing of each other's randomness", async () => {
    await untilWaiting(2);
    const code =
      "import random, os, uuid; print(random.random(), os.urandom(8).hex(), uuid.uuid4(), hash('x'))";
    const runs = await Promise.all([1, 2, 3, 4].map(() => executor.run(python(code), { signal })));
    const values = runs.flatMap(({ stdout }) => stdout.trim().split(" "));
    expect(new Set(values).size).toBe(16);
  });
});

describeWith("sandbox", "closing the executor", () => {
  it("ends the sandboxes that wait", async () => {
    const before = supervisors().length;
    const executor = createLocalExecutor({ logger: createLogger({}, () => undefined), waitingSandboxes: 3 });
    await executor.run(python("pass"), { signal });
    await untilWaiting(before + 3);
    await executor.close();
    expect(supervisors().length).toBe(before);
  });
});
