import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { NONE_WAIT, servePrograms } from "../functions/execute/serve-programs.fixture.ts";
import { countProcesses } from "../sandbox/sandbox.fixture.ts";
import { describeWith } from "../support/capabilities.ts";
import { post } from "../support/post.ts";
import { processesBelow } from "../support/processes-below.ts";
import type { RunningServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Processes of programs: in a namespace of their own, and not its first, which is the supervisor or the warehouse's engine. */
const programsOf = (server: RunningServer) =>
  processesBelow(server.pid).filter((pid) => /\nNSpid:\s+\d+\s+(?!1\n)\d+\n/.test(statusOf(pid)));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

/** By themselves the programs end later. */
const ENDED_WITHIN_MS = 20_000;

/** Of the server's log, when a test fails. */
const LOG_CHARACTERS = 4000;

/** A caller who will not wait for the answer. */
interface ImpatientCaller {
  /** Waits until something is so. @throws Error with the answer when that comes first */
  until(condition: () => boolean): Promise<void>;
  leave(): Promise<unknown>;
}

function sendAndLeave(server: RunningServer, path: string, body: object): ImpatientCaller {
  const caller = new AbortController();
  const sent = server
    .request(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: caller.signal,
    })
    .then((response) => response.text())
    .catch((error: unknown) => error);
  return {
    async until(condition) {
      const early = sent.then((answer) => {
        throw new Error(`It was answered before that: ${String(answer)}`);
      });
      try {
        await Promise.race([waitUntil(condition), early]);
      } catch (cause) {
        throw new Error(`The server had this to say: ${server.logs().slice(-LOG_CHARACTERS)}`, { cause });
      }
    },
    leave() {
      caller.abort();
      return sent;
    },
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describeWith("sandbox", "a caller who leaves before the answer", () => {
  describe("to a program in a sandbox that waited", () => {
    const { server, python } = servePrograms();
    const mark = `leaves-${process.pid}-${Date.now()}`;

    it.each([
      ["python", `import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep 29; true", "${mark}"])`],
      ["javascript", `require("child_process").execFileSync("/bin/sh", ["-c", "sleep 29; true", "${mark}"])`],
    ])("ends it with all that it started: %s", async (language, code) => {
      const caller = sendAndLeave(server(), "/execute", { language, code, timeout: 30 });
      await caller.until(() => countProcesses(mark) > 0);
      await caller.leave();
      await waitUntil(() => countProcesses(mark) === 0, ENDED_WITHIN_MS);
      await waitUntil(() => server().logs().includes('"status":499'));
      expect((await python("print('next')")).output).toBe("next\n");
    });
  });

  describe("to a program in a sandbox that is there for nothing else", () => {
    const { server, python } = servePrograms(NONE_WAIT);

    it.each([
      ["python", "import time\ntime.sleep(29)"],
      ["javascript", "while (true) {}"],
      ["javascript", "require('child_process').spawn('/bin/sleep', ['29']); setTimeout(() => {}, 29000)"],
    ])("ends it: %s %j", async (language, code) => {
      const caller = sendAndLeave(server(), "/execute", { language, code, timeout: 30 });
      await caller.until(() => programsOf(server()).length > 0);
      await pause(300);
      await caller.leave();
      await waitUntil(() => programsOf(server()).length === 0, ENDED_WITHIN_MS);
      await waitUntil(() => server().logs().includes('"status":499'));
      expect((await python("print('next')")).output).toBe("next\n");
    });
  });

  describe("to a statement", () => {
    const { server } = servePrograms(NONE_WAIT);

    it("cancels it, and the next caller is served", async () => {
      const endless =
        "SELECT SUM(LENGTH(REGEXP_REPLACE(a.page, '[a-z]', b.page))) AS n FROM `demo.web.events` a, `demo.web.events` b";
      const caller = sendAndLeave(server(), "/query", { sql: endless });
      await pause(1_000);
      await caller.leave();
      const sql = "SELECT COUNT(*) AS n FROM `demo.sales.customers`";
      const { body } = await post(server(), "/query", { sql });
      expect(body).toMatchObject({ success: true, data: [{ n: 200 }] });
    });
  });
});
