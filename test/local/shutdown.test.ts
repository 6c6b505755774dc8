import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { countProcesses, sleepMarked } from "../sandbox/sandbox.fixture.ts";
import { describeWith } from "../support/capabilities.ts";
import { post } from "../support/post.ts";
import { processesBelow } from "../support/processes-below.ts";
import { openRawConnection } from "../support/raw-http.ts";
import { startProcess } from "../support/start-process.ts";
import { startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

describeWith("sandbox", "SIGTERM while a program runs", () => {
  it("lets the program finish, answers, exits with 0 and leaves no process behind", async () => {
    const server = await startServer();
    const mark = `drains-${process.pid}-${Date.now()}`;
    const running = post(server, "/execute", { code: `${sleepMarked(mark, 2)}\nprint('done')` });
    await waitUntil(() => countProcesses(mark) > 0);
    const children = processesBelow(server.pid);
    const stopped = server.stop();
    expect((await running).body).toMatchObject({ success: true, output: "done\n" });
    await stopped;
    expect(children.filter(isAlive)).toEqual([]);
  });

  it("ends a program that takes longer than the grace, says so with 503, and still exits with 0", async () => {
    const server = await startServer();
    const mark = `outlasts-${process.pid}-${Date.now()}`;
    const running = post(server, "/execute", { code: sleepMarked(mark, 28), timeout: 30 });
    await waitUntil(() => countProcesses(mark) > 0);
    const children = processesBelow(server.pid);
    await Promise.all([
      server.stop(),
      running.then(({ status, body }) => expect([status, body.code]).toEqual([503, "shutting_down"])),
    ]);
    expect(children.filter(isAlive)).toEqual([]);
  });
});

describeWith(
  "sandbox",
  "Ctrl-C in a terminal, which reaches npm, the server and all that is in their group",
  () => {
    it("lets the program finish as well", async () => {
      const key = "codex_terminal-key-0123456789";
      const folder = mkdtempSync(join(tmpdir(), "ctrl-c-"));
      const mark = `ctrl-c-${process.pid}-${Date.now()}`;
      const terminal = await startProcess({
        command: ["setsid", "npm", "start"],
        cwd: process.cwd(),
        environment: {
          PATH: process.env["PATH"] ?? "",
          PORT: "0",
          CODEX_DATA_DIR: folder,
          CODEX_API_TOKEN: key,
        },
        ready: /Ready at (http:\S+)/,
      });
      const running = fetch(`${terminal.ready[1]}/execute`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ code: `${sleepMarked(mark, 2)}\nprint('done')` }),
      });
      await waitUntil(() => countProcesses(mark) > 0);
      process.kill(-terminal.pid, "SIGINT");
      expect(await (await running).json()).toMatchObject({ success: true, output: "done\n" });
      // A signal that does nothing: it only waits for the end.
      expect(await terminal.stop("SIGCONT")).toBe(0);
      rmSync(folder, { recursive: true });
    });
  },
);

describe("SIGTERM without work", () => {
  it("does not wait for clients that keep their connections open", async () => {
    const server = await startServer();
    const connection = await openRawConnection(server.url);
    await connection.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    await connection.readUntil(/healthy/);
    const started = performance.now();
    const stopped = server.stop();
    await connection.readToEnd();
    // Idle connections are closed at once: nowhere near the grace of eight seconds. What else is closed takes its time.
    expect(performance.now() - started).toBeLessThan(7_000);
    await stopped;
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
