import { describe, expect, it } from "@jest/globals";
import { countProcesses } from "../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../support/capabilities.ts";
import type { Answer } from "../../support/post.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { type ServedPrograms, servePrograms } from "./serve-programs.fixture.ts";

const SLOW = "import time\ntime.sleep(4)\nprint('done')";

/** Sends so many slow programs at once. @returns their answers in the order in which they came */
async function sendTogether(served: ServedPrograms, count: number): Promise<Answer[]> {
  await untilServed(served);
  const answers: Answer[] = [];
  const sent = Array.from({ length: count }, async () => answers.push(await served.send({ code: SLOW })));
  await Promise.all(sent);
  return answers;
}

/** A server that has just started may still be running programs of its own, which tell it the languages' versions. */
async function untilServed({ send }: ServedPrograms): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await send({ code: "pass" })).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Every program was refused.");
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

describeWith("sandbox", "503: more programs than this machine runs and lets wait", () => {
  describe("with a full queue", () => {
    const served = servePrograms({
      SANDBOX_CONCURRENCY: "1",
      SANDBOX_QUEUE_LENGTH: "1",
      SANDBOX_QUEUE_WAIT_MS: "13000",
    });

    it("are refused at once, and the others succeed one after another", async () => {
      const answers = await sendTogether(served, 5);
      // Nobody who is refused waits for a program, let alone for the 25 s of the queue.
      expect(statuses(answers)).toEqual([503, 503, 503, 200, 200]);
      for (const { body, headers } of answers.slice(0, 3)) {
        expect(body).toMatchObject({ success: false, code: "overloaded", retryable: true });
        expect(body.error).toMatch(/busy.*again/);
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      }
      for (const { body } of answers.slice(3))
        expect(body).toMatchObject({ success: true, output: "done\n" });
    });

    it("are served again when those have ended", async () => {
      expect((await served.send({ code: "print('next')" })).body.output).toBe("next\n");
    });

    it("a caller who leaves the queue leaves the place in it to another", async () => {
      const mark = `runs-${process.pid}-${Date.now()}`;
      const code = `import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep 8; true", "${mark}"])`;
      const first = served.send({ code });
      await waitUntil(() => countProcesses(mark) > 0);
      await takePlaceInQueueAndLeave(served);
      const last = served.send({ code: "print('last')" });
      expect(statuses(await Promise.all([first, last]))).toEqual([200, 200]);
    });
  });

  describe("without a queue", () => {
    const served = servePrograms({ SANDBOX_CONCURRENCY: "1", SANDBOX_QUEUE_LENGTH: "0" });

    it("are refused as soon as one runs", async () => {
      expect(statuses(await sendTogether(served, 2))).toEqual([503, 200]);
    });
  });

  describe("with a queue that programs may not wait in for long", () => {
    const served = servePrograms({ SANDBOX_CONCURRENCY: "1", SANDBOX_QUEUE_WAIT_MS: "300" });

    it("are refused when their time is up, before the program that runs has ended", async () => {
      const answers = await sendTogether(served, 2);
      expect(statuses(answers)).toEqual([503, 200]);
      expect(answers[0]?.body).toMatchObject({ code: "overloaded", retryable: true });
      expect(Number(answers[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    });
  });

  describe("with several places", () => {
    const served = servePrograms({ SANDBOX_CONCURRENCY: "3", SANDBOX_QUEUE_LENGTH: "0" });

    it("are as many as there are places", async () => {
      expect(statuses(await sendTogether(served, 4))).toEqual([503, 200, 200, 200]);
    });
  });
});

/** While a program runs, sends two more: one is refused, so the other one waits; that one leaves. */
async function takePlaceInQueueAndLeave(served: ServedPrograms): Promise<void> {
  const callers = [new AbortController(), new AbortController()];
  const sent = callers.map(async ({ signal }, index) => {
    const { status } = await served.server().request("/execute", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: SLOW }),
      signal,
    });
    return { index, status };
  });
  const refused = await Promise.race(sent);
  expect(refused.status).toBe(503);
  callers[1 - refused.index]?.abort();
  await Promise.allSettled(sent);
  await waitUntil(() => served.server().logs().includes('"status":499'));
}
