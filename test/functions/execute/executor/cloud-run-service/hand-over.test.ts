import { expect, it } from "@jest/globals";
import {
  countProcesses,
  createRunners,
  sleepMarked,
  toOptions,
  toProgram,
} from "../../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import type { ServiceFault } from "../../../../support/google-cloud/service-stand-in.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { COLD, startServiceExecutor } from "../../executor-contract/start-service-executor.ts";
import { runAndKeep } from "../files.fixture.ts";
import { inExchange, takeTickets, useHandingOver } from "./hand-over.fixture.ts";

const MIB = 1024 * 1024;
const LOST = { code: "function_unavailable", message: expect.stringContaining("send the program again") };
const BY_FUNCTION = '{"by":"function"}';
const slow = (seconds: number) => `import time\ntime.sleep(${seconds})\nprint('whole')`;

describeWith("sandbox", "a run in a container of the service that is handed over", () => {
  const start = useHandingOver();

  it("leaves nothing in the bucket when its answer has come", async () => {
    const here = await start();
    const { python } = createRunners(here.executor);
    expect((await python("print(1)")).stdout).toBe("1\n");
    await here.service.settled();
    expect(here.storage.calls).toEqual([]);
    expect(here.service.logs()).not.toMatch(/ERROR|WARNING/);
  });

  it("leaves its result as well when another instance may be asked for it", async () => {
    const here = await start();
    const handOver = takeTickets();
    const program = toProgram({ language: "python", code: "print(1)" });
    const run = await here.executor.run(program, { ...toOptions(AbortSignal.timeout(50_000)), handOver });
    expect(run.stdout).toBe("1\n");
    const [ticket = ""] = handOver.tickets;
    const again = await here.executor.elsewhere?.takeUp(ticket, toOptions(AbortSignal.timeout(50_000)));
    expect(again?.stdout).toBe("1\n");
  });

  it.each<[string, ServiceFault]>([
    ["is lost", { loseAnswer: true }],
    ["ends early", { cutAfterBytes: 20 }],
    ["does not come because the connection breaks", { breakAfterMs: 500 }],
  ])("comes another way when its answer %s", async (_what, fault) => {
    const here = await start();
    here.service.fail(fault);
    expect((await createRunners(here.executor).python(slow(2))).stdout).toBe("whole\n");
    await here.service.settled();
    expect([here.service.started(), here.service.handedOver()]).toEqual([1, 1]);
    expect(inExchange(here, "claims")).toEqual([expect.stringContaining('"by":"container"')]);
  });

  it("comes another way when its time is over before its answer is seen", async () => {
    const here = await start({ startMs: 500, transferMs: 3_000 });
    here.service.fail({ withholdAnswer: true });
    const program = toProgram({ language: "python", code: slow(1), timeoutMs: 3_000 });
    const run = await here.executor.run(program, toOptions(AbortSignal.timeout(50_000)));
    expect(run.stdout).toBe("whole\n");
  });

  it("hands each file over once when the answer breaks off among them", async () => {
    const here = await start();
    here.service.fail({ cutAfterBytes: MIB });
    const received: string[] = [];
    const code = "import os\nfor i in range(3): open(f'{i}', 'wb').write(os.urandom(900_000))";
    const { executor } = here;
    const counting = {
      ...executor,
      run: (...[program, options]: Parameters<typeof executor.run>) =>
        executor.run(program, {
          ...options,
          async receive(file, content) {
            await options.receive(file, content);
            received.push(file.name);
          },
        }),
    };
    const { run, files } = await runAndKeep(counting, { code });
    expect(run).toMatchObject({ status: "succeeded", skippedFiles: [] });
    expect([...files.values()].map(({ length }) => length)).toEqual([900_000, 900_000, 900_000]);
    expect(received.toSorted()).toEqual(["0", "1", "2"]);
  });

  it("is said to be lost soon when its container is killed, and no container may go on with it", async () => {
    const here = await start();
    here.service.fail({ killAfterMs: 1500 });
    const begunAt = performance.now();
    await expect(createRunners(here.executor).python(slow(20))).rejects.toMatchObject(LOST);
    expect(performance.now() - begunAt).toBeLessThan(18_000);
    expect(inExchange(here, "claims")).toEqual([BY_FUNCTION]);
  });

  it("is said to be lost when Cloud Run cannot say what became of it", async () => {
    const here = await start({ noticeMs: 300 });
    for (const status of [500, 503]) {
      here.service.fail({ status });
      await expect(createRunners(here.executor).python("print(1)")).rejects.toMatchObject(LOST);
    }
    expect(here.service.started()).toBe(0);
  });

  it("ends with a caller who leaves", async () => {
    const here = await start();
    const mark = `service-left-${process.pid}-${Date.now()}`;
    const caller = new AbortController();
    const left = createRunners(here.executor).python(sleepMarked(mark, 25), 28_000, caller.signal);
    left.catch(() => undefined);
    await waitUntil(() => countProcesses(mark) > 0, 40_000);
    caller.abort("left");
    await expect(left).rejects.toBe("left");
    await waitUntil(() => countProcesses(mark) === 0, 15_000);
    expect(inExchange(here, "claims")).toEqual([BY_FUNCTION]);
    await here.service.settled();
    expect(inExchange(here, "results")).toEqual([]);
  });

  it("goes on when its executor closes, and is taken up by the next one", async () => {
    const here = await start();
    const handOver = takeTickets({ isDone: true });
    const program = toProgram({ language: "python", code: slow(3) });
    const left = here.executor.run(program, { ...toOptions(AbortSignal.timeout(50_000)), handOver });
    left.catch(() => undefined);
    await waitUntil(() => here.service.handedOver() === 1, 40_000);
    await here.executor.close();
    await expect(left).rejects.toMatchObject({ code: "shutting_down" });
    const { elsewhere } = here.another();
    const run = await elsewhere?.takeUp(handOver.tickets[0] ?? "", toOptions(AbortSignal.timeout(50_000)));
    expect(run?.stdout).toBe("whole\n");
    expect(here.service.handedOver()).toBe(1);
  });

  it.each<[string, boolean]>([
    ["while its connection is held by another instance", false],
    ["when its connection is gone", true],
  ])("is ended from another instance %s", async (_when, isBroken) => {
    const here = await start();
    const mark = `service-cancelled-${process.pid}-${Date.now()}`;
    if (isBroken) here.service.fail({ breakAfterMs: 500 });
    const handOver = takeTickets();
    const program = toProgram({ language: "python", code: sleepMarked(mark, 25), timeoutMs: 28_000 });
    const caller = new AbortController();
    const ended = here.executor.run(program, { ...toOptions(caller.signal), handOver });
    ended.catch(() => undefined);
    await waitUntil(() => countProcesses(mark) > 0, 40_000);
    if (isBroken) await waitUntil(() => inExchange(here, "claims").length > 0, 15_000);
    await here.another().elsewhere?.giveUp(handOver.tickets[0] ?? "");
    await waitUntil(() => countProcesses(mark) === 0, 15_000);
    caller.abort("over");
    await expect(ended).rejects.toBeDefined();
    expect(inExchange(here, "results")).toEqual([]);
  });

  it("runs behind a front end that hands on whole requests alone", async () => {
    const here = await start({ endMs: 500 });
    here.service.fail({ holdRequest: true });
    expect((await createRunners(here.executor).python("print(1)")).stdout).toBe("1\n");
    await here.service.settled();
    // The container could not hear that its answer was taken.
    expect(inExchange(here, "results")).toHaveLength(1);
  });

  it.each<[string, string]>([
    ["no result", "x".repeat(2 * MIB)],
    ["a result of another program", '{"version":1,"document":"result","run_id":"another","files":[]}\n'],
  ])("does not believe %s", async (_what, forged) => {
    const here = await start();
    here.storage.faultOf = ({ method, key }) => {
      if (method !== "PUT" || !key.startsWith("results/")) return null;
      const object = {
        content: Buffer.from(forged),
        metadata: {},
        customTime: "",
        contentType: "text/plain",
      };
      here.storage.bucket("exchange").put(key, { ...object, createdAtMs: Date.now() }, null);
      return null;
    };
    here.service.fail({ loseAnswer: true });
    await expect(createRunners(here.executor).python("print(1)")).rejects.toMatchObject(LOST);
    expect(here.lines.join("")).toContain("cannot be read");
  });

  it("shows its signed addresses to no log and to no program", async () => {
    const here = await start();
    here.service.fail({ breakAfterMs: 500 });
    const look = "import os\nprint(dict(os.environ))";
    const { stdout } = await createRunners(here.executor).python(`${look}\n${slow(2)}`);
    expect(stdout).toContain("whole");
    for (const text of [stdout, here.lines.join(""), here.service.logs()]) {
      expect(text).not.toMatch(/X-Goog|GOOGSTANDIN|claims\//);
    }
  });
});

describeWith("sandbox", "the storage of a run that is handed over", () => {
  const start = useHandingOver();

  it.each([
    ["refuses", { status: 403 }],
    ["is away", { status: 503 }],
  ])("matters to nobody whose answer comes when it %s", async (_what, trouble) => {
    const here = await start();
    here.storage.faultOf = () => trouble;
    expect((await createRunners(here.executor).python(slow(2))).stdout).toBe("whole\n");
  });

  it("may fail for a while when it is needed", async () => {
    const here = await start();
    let troubles = 0;
    here.storage.faultOf = ({ key, method }) => {
      troubles += 1;
      if (troubles > 8) return null;
      if (key.startsWith("claims/") && method === "PUT") return { reset: "after" };
      return troubles % 2 === 0 ? { status: 503 } : { reset: "before" };
    };
    here.service.fail({ breakAfterMs: 500 });
    expect((await createRunners(here.executor).python(slow(2))).stdout).toBe("whole\n");
    expect(troubles).toBeGreaterThan(3);
  });

  it("refuses, and the run is said to be lost", async () => {
    const here = await start();
    here.storage.faultOf = () => ({ status: 403 });
    here.service.fail({ breakAfterMs: 500 });
    await expect(createRunners(here.executor).python(slow(2))).rejects.toMatchObject(LOST);
    expect(here.lines.join("")).toContain("Google Cloud refused");
  });
});

it("an executor without an exchange hands nothing over", async () => {
  const { executor, close } = await startServiceExecutor({ environment: COLD });
  expect(executor.elsewhere).toBeUndefined();
  await close();
});
