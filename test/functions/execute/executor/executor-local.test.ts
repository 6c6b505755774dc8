import { describe, expect, it } from "@jest/globals";
import { countProcesses, createRunners, createTestExecutor } from "../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { waitUntil } from "../../../support/wait-until.ts";

describe("the local executor without bubblewrap", () => {
  const executor = createTestExecutor({ bubblewrapPath: "/nowhere/bwrap" });
  const { python } = createRunners(executor);

  it("refuses every program and says what to install", async () => {
    await expect(python("print(1)")).rejects.toMatchObject({
      code: "sandbox_unavailable",
      message: expect.stringContaining("apt-get install bubblewrap"),
    });
  });

  it("lists the languages as not available, with the reason", async () => {
    const languages = await executor.listLanguages({ signal: AbortSignal.timeout(10_000) });
    expect(languages).toEqual(
      ["python", "javascript"].map((name) => ({
        name,
        version: null,
        available: false,
        reason: expect.stringContaining("bubblewrap"),
      })),
    );
  });
});

describeWith("sandbox", "the local executor with a launcher that fails", () => {
  it("refuses without showing a path of the host", async () => {
    const { python } = createRunners(createTestExecutor({ bubblewrapPath: "/usr/bin/false" }));
    const error: unknown = await python("print(1)").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "sandbox_unavailable" });
    expect(String(error)).not.toContain("/usr/bin/false");
  });
});

describeWith("sandbox", "the local executor", () => {
  it("finds the true versions of the languages", async () => {
    const executor = createTestExecutor();
    const languages = await executor.listLanguages({ signal: AbortSignal.timeout(25_000) });
    expect(languages).toEqual([
      { name: "python", version: expect.stringMatching(/^3\.\d+\.\d+/), available: true },
      { name: "javascript", version: process.versions.node, available: true },
    ]);
  });

  it("kills the program of a caller who leaves, with all that it started", async () => {
    const { python } = createRunners(createTestExecutor());
    const mark = `left-${process.pid}-${Date.now()}`;
    const caller = new AbortController();
    const run = python(
      `import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep 200; true", "${mark}"])`,
      20_000,
      caller.signal,
    );
    await waitUntil(() => countProcesses(mark) > 0);
    const reason = new Error("The caller left");
    caller.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(countProcesses(mark)).toBe(0);
  });

  it("starts nothing for a caller who has already left", async () => {
    const { python } = createRunners(createTestExecutor());
    await expect(python("print(1)", 1000, AbortSignal.abort("gone"))).rejects.toBe("gone");
  });

  it("runs no more programs at once than it may, lets some wait, and refuses the rest at once", async () => {
    const { python } = createRunners(createTestExecutor({ concurrency: 1, queueLength: 1 }));
    await python("pass");
    const first = python("import time\ntime.sleep(1)\nprint('first')");
    const second = python("print('second')");
    await expect(python("print('third')")).rejects.toMatchObject({
      code: "overloaded",
      retryAfterSeconds: expect.any(Number),
    });
    expect((await first).stdout).toBe("first\n");
    expect((await second).stdout).toBe("second\n");
  });

  it("does not let a program wait longer than the queue allows", async () => {
    const { python } = createRunners(createTestExecutor({ concurrency: 1, queueWaitMs: 100 }));
    await python("pass");
    const long = python("import time\ntime.sleep(2)");
    await expect(python("pass")).rejects.toMatchObject({ code: "overloaded" });
    await long;
  });

  it("ends everything when it closes, and then refuses", async () => {
    const executor = createTestExecutor();
    const { python } = createRunners(executor);
    const mark = `closed-${process.pid}-${Date.now()}`;
    const run = python(`import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep 200; true", "${mark}"])`);
    const refused = expect(run).rejects.toMatchObject({ code: "shutting_down" });
    await waitUntil(() => countProcesses(mark) > 0);
    await executor.close();
    expect(countProcesses(mark)).toBe(0);
    await refused;
    await expect(python("pass")).rejects.toMatchObject({ code: "shutting_down" });
  });
});
