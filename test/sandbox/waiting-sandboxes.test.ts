import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Executor } from "#functions/execute/executor/executor.ts";
import type { SandboxCounts } from "#sandbox/zygote/waiting-sandboxes.ts";
import { describeWith } from "../support/capabilities.ts";
import { noteProcesses } from "../support/started-processes.ts";
import { waitUntil } from "../support/wait-until.ts";
import { createTestExecutor, toOptions, toProgram } from "./sandbox.fixture.ts";
import { findSupervisors, findZygotes } from "./warm-processes.ts";

const options = toOptions(AbortSignal.timeout(120_000));
const python = (code: string) => toProgram({ language: "python", code });
const javascript = (code: string) => toProgram({ language: "javascript", code });

/** An executor for one suite alone, as its processes are counted. */
function useExecutor(warm: SandboxCounts): Executor {
  let executor: Executor | null = null;
  beforeAll(() => {
    executor = createTestExecutor({ warm });
  });
  afterAll(() => executor?.close());
  const current = () => executor ?? createTestExecutor({ warm });
  return {
    run: (program, joined) => current().run(program, joined),
    listLanguages: (joined) => current().listLanguages(joined),
    close: () => current().close(),
  };
}

describeWith("sandbox", "sandboxes that wait", () => {
  const executor = useExecutor({ python: 3, data: 0, javascript: 1, node: 1 });
  const started = noteProcesses();
  const untilAllWait = () => waitUntil(() => findSupervisors().length === 5);
  beforeAll(untilAllWait);

  it("are started before the first program, each serves one program, and others take their places", async () => {
    await executor.run(
      python("open('/tmp/left', 'w').write('secret'); import builtins; builtins.left = 1"),
      options,
    );
    for (let run = 0; run < 8; run += 1) {
      const code = "import os, builtins; print(os.listdir('/tmp'), hasattr(builtins, 'left'))";
      expect((await executor.run(python(code), options)).stdout).toBe("[] False\n");
    }
    await untilAllWait();
  });

  it("start a program of either language at once, and say so", async () => {
    await untilAllWait();
    // Processes that have just been started are still getting ready.
    await waitUntil(() => started().length >= 5 * 2 + 4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await executor.run(python("print(1)"), options)).toMatchObject({ start: "warm" });
    expect(await executor.run(javascript("console.log(1)"), options)).toMatchObject({ start: "warm" });
  });

  it("that died are replaced without losing a program", async () => {
    await untilAllWait();
    for (const pid of findSupervisors()) process.kill(pid, "SIGKILL");
    const runs = await Promise.all([1, 2, 3, 4].map((n) => executor.run(python(`print(${n})`), options)));
    expect(runs.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n", "3\n", "4\n"]);
    await untilAllWait();
  });

  it("know nothing of each other's randomness", async () => {
    const code = `
import random, os, uuid, secrets, tempfile
print(random.random(), os.urandom(8).hex(), uuid.uuid4(), secrets.token_hex(8), tempfile.mktemp())`;
    const runs = await Promise.all([1, 2, 3, 4].map(() => executor.run(python(code), options)));
    const values = runs.flatMap(({ stdout }) => stdout.trim().split(" "));
    expect(new Set(values).size).toBe(20);
    const script = javascript("console.log(Math.random(), process.pid > 0 && crypto.randomUUID())");
    const others = await Promise.all([1, 2, 3, 4].map(() => executor.run(script, options)));
    expect(new Set(others.flatMap(({ stdout }) => stdout.trim().split(" "))).size).toBe(8);
    const isolated = javascript("console.log(Math.random())");
    const more = await Promise.all([1, 2, 3, 4].map(() => executor.run(isolated, options)));
    expect(new Set(more.map(({ stdout }) => stdout)).size).toBe(4);
  });
});

describeWith("sandbox", "a zygote", () => {
  const executor = useExecutor({ python: 2, data: 0, javascript: 0, node: 0 });
  const untilReady = () => waitUntil(() => findSupervisors().length >= 2 && findZygotes().length >= 1);
  beforeAll(untilReady);

  it("that dies takes no program with it, and is replaced", async () => {
    const [zygote = 0] = findZygotes();
    const running = executor.run(python("import time; time.sleep(2); print('still here')"), options);
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(zygote, "SIGKILL");
    const during = await Promise.all([1, 2, 3, 4].map((n) => executor.run(python(`print(${n})`), options)));
    expect(during.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n", "3\n", "4\n"]);
    expect((await running).stdout).toBe("still here\n");
    await waitUntil(() => findZygotes().some((pid) => pid !== zygote));
    await executor.run(python("pass"), options);
    await untilReady();
  });

  it("that is stuck is replaced, and programs run meanwhile", async () => {
    await untilReady();
    const [zygote = 0] = findZygotes();
    process.kill(zygote, "SIGSTOP");
    const runs = await Promise.all([1, 2, 3, 4].map((n) => executor.run(python(`print(${n})`), options)));
    expect(runs.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n", "3\n", "4\n"]);
    await waitUntil(() => findZygotes().some((pid) => pid !== zygote));
  });
});

describeWith("sandbox", "no sandboxes that wait", () => {
  const executor = useExecutor({ python: 0, data: 0, javascript: 0, node: 0 });

  it("make every start a cold one, with the same result", async () => {
    expect(findZygotes()).toEqual([]);
    expect(await executor.run(python("print(2 + 2)"), options)).toMatchObject({
      start: "cold",
      stdout: "4\n",
    });
    expect(await executor.run(javascript("console.log([1])"), options)).toMatchObject({
      start: "cold",
      stdout: "[ 1 ]\n",
    });
  });
});

describeWith("sandbox", "closing the executor", () => {
  it("ends zygotes and sandboxes, also while they are being started", async () => {
    const started = noteProcesses();
    const executor = createTestExecutor({ warm: { python: 3, data: 1, javascript: 1, node: 1 } });
    await executor.run(python("pass"), options);
    await executor.close();
    expect(started()).toEqual([]);
  });
});
