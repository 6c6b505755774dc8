import { afterEach, expect, it } from "@jest/globals";
import { createRunners, toOptions, toProgram } from "../../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import type { ServiceFault } from "../../../../support/google-cloud/service-stand-in.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import {
  COLD,
  type ServiceExecutor,
  startServiceExecutor,
} from "../../executor-contract/start-service-executor.ts";
import { runAndKeep } from "../files.fixture.ts";

const MIB = 1024 * 1024;
const LOST = { code: "function_unavailable", message: expect.stringContaining("send the program again") };

let running: ServiceExecutor | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

/** An executor over containers in which nothing waits, closed after the test. */
async function start(options: Parameters<typeof startServiceExecutor>[0] = {}): Promise<ServiceExecutor> {
  running = await startServiceExecutor({ environment: COLD, ...options });
  return running;
}

describeWith("sandbox", "a Cloud Run service of the sandbox", () => {
  it("gives each program a container that no program used before, and ends it", async () => {
    const { executor, service } = await start();
    const { python } = createRunners(executor);
    const runs = await Promise.all(
      [1, 2, 3].map((number) => python(`print(${number})`, 20_000, AbortSignal.timeout(50_000))),
    );
    expect(runs.map(({ stdout }) => stdout)).toEqual(["1\n", "2\n", "3\n"]);
    expect([service.started(), service.handedOver()]).toEqual([3, 3]);
    await waitUntil(() => service.alive() === 0);
    expect(service.logs()).not.toMatch(/ERROR|WARNING/);
  });

  it("sends a program that reached a used container to another one", async () => {
    const { executor, service } = await start();
    const { python } = createRunners(executor);
    const first = python("import time\ntime.sleep(3)\nprint('first')");
    await waitUntil(() => service.handedOver() === 1);
    service.fail({ usedContainer: true });
    expect((await python("print('second')")).stdout).toBe("second\n");
    expect((await first).stdout).toBe("first\n");
    expect([service.started(), service.handedOver()]).toEqual([2, 3]);
  });

  it("sends a program again that the connection refused", async () => {
    const { executor, service } = await start();
    service.fail({ refuseStream: true }, { refuseStream: true });
    expect((await createRunners(executor).python("print(1)")).stdout).toBe("1\n");
    expect(service.handedOver()).toBe(1);
  });

  it("does not read files twice that are too large to be held", async () => {
    const { executor, service } = await start();
    const caller = new AbortController();
    const first = createRunners(executor).python("import time\ntime.sleep(20)", 25_000, caller.signal);
    await waitUntil(() => service.handedOver() === 1);
    service.fail({ usedContainer: true });
    let reads = 0;
    const content = async function* () {
      reads += 1;
      for (let at = 0; at < 33; at += 1) yield Buffer.alloc(MIB);
    };
    const program = toProgram({
      language: "python",
      code: "print(1)",
      files: [{ name: "large", sizeBytes: 33 * MIB, content: content() }],
    });
    const refused = executor.run(program, toOptions(AbortSignal.timeout(30_000)));
    await expect(refused).rejects.toMatchObject({ code: "overloaded", retryAfterSeconds: 2 });
    expect([reads, service.handedOver()]).toEqual([1, 2]);
    caller.abort("left");
    await expect(first).rejects.toBe("left");
  });

  it.each<[string, ServiceFault, number]>([
    ["whose container dies while it runs", { killAfterMs: 1500 }, 1],
    ["whose answer is lost", { loseAnswer: true }, 1],
    ["whose answer ends early", { cutAfterBytes: 20 }, 1],
    ["whose connection ends", { hangUp: true }, 0],
    ["that Cloud Run cannot say anything of", { status: 503 }, 0],
    ["that Cloud Run fails with", { status: 500 }, 0],
  ])("does not send a program again %s", async (_what, fault, handedOver) => {
    const { executor, service } = await start();
    service.fail(fault);
    await expect(createRunners(executor).python("import time\ntime.sleep(2)")).rejects.toMatchObject(LOST);
    expect([service.handedOver(), service.started()]).toEqual([handedOver, handedOver]);
  });

  it("keeps the result whose files were cut off", async () => {
    const { executor, service } = await start();
    service.fail({ cutAfterBytes: MIB });
    const code = "import os\nprint('ran')\nfor i in range(3): open(f'{i}', 'wb').write(os.urandom(900_000))";
    const { run, files } = await runAndKeep(executor, { code });
    expect(run).toMatchObject({ status: "succeeded", stdout: "ran\n" });
    expect(run.skippedFiles).toContainEqual({ name: "the remaining files", reason: "could not be read" });
    expect([...files.keys()]).not.toContain("2");
  });

  it("waits for a container that starts late", async () => {
    const { executor, service } = await start();
    service.fail({ startDelayMs: 4000 });
    expect((await createRunners(executor).python("print(1)")).stdout).toBe("1\n");
  });

  it("gives up a container that never starts", async () => {
    const { executor, service } = await start({ startMs: 500, transferMs: 500 });
    service.fail({ startDelayMs: 60_000 });
    const program = toProgram({ language: "python", code: "print(1)", timeoutMs: 1000 });
    const left = executor.run(program, toOptions(AbortSignal.timeout(50_000)));
    await expect(left).rejects.toMatchObject(LOST);
  });

  it("says when all containers are busy", async () => {
    const { executor, service } = await start({ maxInstances: 1 });
    const { python } = createRunners(executor);
    const first = python("import time\ntime.sleep(3)");
    await waitUntil(() => service.handedOver() === 1);
    await expect(python("print(1)")).rejects.toMatchObject({ code: "overloaded", retryAfterSeconds: 2 });
    await first;
  });

  it("waits for a slow metadata server", async () => {
    const { executor, metadata } = await start();
    const { python } = createRunners(executor);
    metadata.delayMs = 1000;
    expect((await python("print(1)")).stdout).toBe("1\n");
  });
});

it.each([
  [403, "sandbox_unavailable", "roles/run.invoker"],
  [404, "sandbox_unavailable", "SANDBOX_SERVICE_URL"],
  [400, "sandbox_unavailable", "same commit"],
  [413, "invalid_file", "send less"],
  [429, "overloaded", "in a moment"],
])("the answer %s of the service is %s, and says what to do", async (status, code, says) => {
  const { executor, service } = await start();
  service.fail({ status });
  const refused = createRunners(executor).python("print(1)");
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  expect(service.started()).toBe(0);
});

it("a service that cannot be reached is asked again, and not for ever", async () => {
  const { executor, service, lines } = await start({ startMs: 4000 });
  await service.close();
  await expect(createRunners(executor).python("print(1)")).rejects.toMatchObject({ code: "overloaded" });
  expect(lines.filter((line) => line.includes("not_started")).length).toBeGreaterThan(1);
});

it("a metadata server that does not answer is said to be the reason", async () => {
  const { executor, metadata } = await start();
  await metadata.close();
  await expect(
    createRunners(executor).python("print(1)", 1000, AbortSignal.timeout(50_000)),
  ).rejects.toMatchObject({ code: "function_unavailable", message: expect.stringContaining("who it is") });
});

it("a caller without the right identity is refused before any container starts", async () => {
  const { executor, service } = await start({ isIdentityGood: () => false });
  const refused = createRunners(executor).python("print(1)");
  await expect(refused).rejects.toMatchObject({ code: "sandbox_unavailable" });
  expect(service.started()).toBe(0);
  expect(await executor.listLanguages({ signal: AbortSignal.timeout(10_000) })).toContainEqual({
    name: "python",
    version: null,
    available: false,
    reason: expect.stringContaining("roles/run.invoker"),
  });
});
