import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { post } from "../support/post.ts";
import { processesBelow } from "../support/processes-below.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

/** Processes of programs: in a namespace of their own, and not its first, which is the supervisor or the warehouse's engine. */
const programs = () =>
  processesBelow(server.pid).filter((pid) => /\nNSpid:\s+\d+\s+(?!1\n)\d+\n/.test(statusOf(pid)));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

describeWith("sandbox", "a caller who leaves before the answer", () => {
  it.each([
    ["python", "import time\ntime.sleep(29)"],
    ["javascript", "while (true) {}"],
    ["javascript", "require('child_process').spawn('/bin/sleep', ['29']); setTimeout(() => {}, 29000)"],
  ])("ends the program: %s %j", async (language, code) => {
    const leave = new AbortController();
    const left = server
      .request("/execute", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ language, code, timeout: 30 }),
        signal: leave.signal,
      })
      .catch((error: unknown) => error);
    await waitUntil(() => programs().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    leave.abort();
    await left;
    await waitUntil(() => programs().length === 0);
    await waitUntil(() => server.logs().includes('"status":499'));
    expect((await post(server, "/execute", { code: "print('next')" })).body.output).toBe("next\n");
  });

  it("cancels the statement, and the next caller is served", async () => {
    const leave = new AbortController();
    const endless =
      "SELECT SUM(LENGTH(REGEXP_REPLACE(a.page, '[a-z]', b.page))) AS n FROM `demo.web.events` a, `demo.web.events` b";
    const left = server
      .request("/query", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ sql: endless }),
        signal: leave.signal,
      })
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    leave.abort();
    await left;
    const { body } = await post(server, "/query", {
      sql: "SELECT COUNT(*) AS n FROM `demo.sales.customers`",
    });
    expect(body).toMatchObject({ success: true, data: [{ n: 200 }] });
  });
});
