import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Executor, Program } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { waitUntil } from "../support/wait-until.ts";
import { createTestExecutor, toOptions, toProgram } from "./sandbox.fixture.ts";
import { findNodes, findNodeZygotes, findSupervisors } from "./warm-processes.ts";

const TYPES = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
const STATES = /^(?:Uid|Gid|Groups|Umask|Cap\w+|NoNewPrivs|Seccomp|SigBlk|SigIgn):.*$/gm;

const STEADY_MS = 500;
/** Of a processor, in hundredths of a second: what waits has not used it. */
const BUSY_TICKS = 30;

const readProcess = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, "latin1");
const toNamespaces = (pid: number) => TYPES.map((type) => readlinkSync(`/proc/${pid}/ns/${type}`));

/** What the kernel holds a process to, as far as it can be seen from outside. */
function describeProcess(pid: number) {
  return {
    states: readProcess(pid, "status").match(STATES),
    limits: readProcess(pid, "limits"),
    firstVictim: readProcess(pid, "oom_score_adj"),
    environment: readProcess(pid, "environ").split("\0").sort(),
    folder: readlinkSync(`/proc/${pid}/cwd`),
    root: readlinkSync(`/proc/${pid}/root`),
    session: readProcess(pid, "stat").split(") ")[1]?.split(" ")[3] === String(pid),
  };
}

/** Descriptors by what they lead to; pipes and files alike. */
function readDescriptors(pid: number): [number, string][] {
  const names = readdirSync(`/proc/${pid}/fd`).map(Number);
  return names.map((name): [number, string] => [name, readlinkSync(`/proc/${pid}/fd/${name}`)]);
}

describeWith("sandbox", "the process of a JavaScript program that is forked", () => {
  let executor: Executor | null = null;
  beforeAll(() => {
    executor = createTestExecutor({ warm: { python: 0, data: 0, javascript: 2, node: 1 } });
    return untilWaiting();
  }, 60_000);
  afterAll(() => executor?.close());

  const run = async (code: string, more: Partial<Program> = {}) => {
    if (executor === null) throw new Error("There is none before the first test.");
    const program = toProgram({ language: "javascript", code, ...more });
    return executor.run(program, toOptions(AbortSignal.timeout(60_000)));
  };
  /** Resolves when those that wait have been there for a while: the one before them may be on its way out. */
  async function untilWaiting(): Promise<void> {
    let seen = "";
    let since = performance.now();
    await waitUntil(() => {
      const { forked, started } = findNodes();
      const now = [...forked, ...started].join();
      if (now !== seen) since = performance.now();
      seen = now;
      return forked.length === 2 && started.length === 1 && performance.now() - since > STEADY_MS;
    });
  }

  it("is held to what a process that was started is held to", async () => {
    await untilWaiting();
    const [forked = 0] = findNodes().forked;
    const [started = 0] = findNodes().started;
    expect(describeProcess(forked)).toEqual(describeProcess(started));
    const groups = [forked, started].map((pid) => readProcess(pid, "cgroup").replace(/-\d+$/gm, ""));
    expect(groups[0]).toBe(groups[1]);
  });

  it("shares every namespace with its supervisor, and none with another jail or the process that forked it", async () => {
    await untilWaiting();
    const { forked, started } = findNodes();
    const [one = [], ...others] = [...forked, ...started, ...findNodeZygotes()].map(toNamespaces);
    expect(findSupervisors().map(toNamespaces)).toContainEqual(one);
    for (const other of others) expect(other.filter((name) => one.includes(name))).toEqual([]);
  });

  it("holds its streams, its source and its news open, and nothing else that leads anywhere", async () => {
    await untilWaiting();
    for (const pid of findNodes().forked) {
      const descriptors = readDescriptors(pid);
      const own = descriptors.filter(([, target]) => target !== "/dev/null");
      expect(own.map(([name]) => name)).toEqual([0, 1, 2, 3, 4]);
      expect(own.every(([, target]) => target.startsWith("pipe:"))).toBe(true);
      expect(new Set(own.map(([, target]) => target)).size).toBe(5);
    }
  });

  it("shares no random numbers with another one, whichever way it asks for them", async () => {
    const code = "console.log(Math.random(), [3, 1, 2].map(() => Math.random()).join())";
    const outputs = [];
    for (let count = 0; count < 8; count += 1) outputs.push((await run(code)).stdout);
    expect(new Set(outputs.flatMap((text) => text.trim().split(/[ ,]/))).size).toBe(8 * 4);
  });

  it("leaves a program that needs Node to one, warm and untouched, although nothing in its text told", async () => {
    await untilWaiting();
    const code = "console.log(new Map([[1, 2]]).entries());";
    expect(await run(code)).toMatchObject({
      engine: "node",
      start: "warm",
      stdout: "[Map Entries] { [ 1, 2 ] }\n",
    });
    expect(await run("let x = ;")).toMatchObject({ engine: "node", exitCode: 1 });
  });

  it("tells signals, exit codes and want of memory as they are", async () => {
    expect(await run("throw new TypeError('wrong')")).toMatchObject({ exitCode: 1, engine: "isolated-vm" });
    const greedy = "const all = []; for (;;) all.push(new Array(1e5).fill(1.5));";
    expect(await run(greedy, { engine: "isolated-vm" })).toMatchObject({
      status: "out_of_memory",
      signal: "SIGABRT",
    });
    const endless = await run("for (;;);", { timeoutMs: 700 });
    expect(endless).toMatchObject({ status: "timed_out", engine: "isolated-vm" });
    await untilWaiting();
    const waiting = findNodes().forked;
    const killed = run("for (;;);", { timeoutMs: 20_000 });
    await waitUntil(() => waiting.some(isBusy));
    for (const pid of waiting.filter(isBusy)) process.kill(pid, "SIGSEGV");
    expect(await killed).toMatchObject({ exitCode: null, signal: "SIGSEGV" });
  });

  it("outlives the process that forked it, and the next ones are started instead", async () => {
    await untilWaiting();
    const waiting = findNodes().forked;
    const running = run("const end = Date.now() + 5000; while (Date.now() < end); console.log('still here')");
    await waitUntil(() => waiting.some(isBusy));
    for (const pid of findNodeZygotes()) process.kill(pid, "SIGKILL");
    expect(await running).toMatchObject({ stdout: "still here\n", exitCode: 0, engine: "isolated-vm" });
    for (let count = 0; count < 4; count += 1) {
      expect(await run("console.log([1])")).toMatchObject({ stdout: "[ 1 ]\n", engine: "isolated-vm" });
    }
  });
});

function isBusy(pid: number): boolean {
  try {
    return Number(readProcess(pid, "stat").split(") ")[1]?.split(" ")[11]) > BUSY_TICKS;
  } catch {
    return false; // It ended while we looked.
  }
}
