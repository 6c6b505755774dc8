import { expect, it } from "@jest/globals";
import { countProcesses, sleepMarked } from "../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../support/capabilities.ts";
import { ask, post } from "../../support/post.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const OTHER_KEY = "another-principal-key";
const AS_OTHER = { authorization: `Bearer ${OTHER_KEY}` };

describeWith("sandbox", "executions that their callers do not wait for", () => {
  const { server, send, python } = servePrograms({ CODEX_API_TOKENS: `other=${OTHER_KEY}` });

  const read = (path: string, init: RequestInit = {}) => ask(server(), path, init);

  it("answers with a handle when the program outlasts wait_seconds, and with its result later", async () => {
    const { status, body } = await send({
      code: "import time; time.sleep(4); print('done')",
      wait_seconds: 0,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: false, status: "running", error: null, retry_after_seconds: 2 });
    const path = `/execute/executions/${body.execution_id}`;
    expect((await read(path)).body).toMatchObject({ status: "running" });
    const later = await read(`${path}?wait_seconds=30`);
    expect(later.body).toMatchObject({
      status: "succeeded",
      output: "done\n",
      execution_id: body.execution_id,
    });
    expect((await read(`/executions/${body.execution_id}`)).body).toMatchObject({ output: "done\n" });
  });

  it("remembers what was answered at once as well", async () => {
    const { execution_id } = await python("print('at once')");
    // It is noted after the answer.
    let found = await read(`/execute/executions/${execution_id}`);
    await waitUntil(async () => {
      found = await read(`/execute/executions/${execution_id}`);
      return found.status !== 404;
    });
    expect(found.body).toMatchObject({ output: "at once\n", status: "succeeded" });
  });

  it("remembers the failure of a program that outlasted its wait", async () => {
    const { body } = await send({ code: "import time; time.sleep(1); 1/0", wait_seconds: 0 });
    const later = await read(`/execute/executions/${body.execution_id}?wait_seconds=30`);
    expect(later.body).toMatchObject({ success: false, status: "failed", code: "program_failed" });
  });

  it.each([
    ["read", "GET"],
    ["cancel", "DELETE"],
  ])("lets nobody else %s it", async (_, method) => {
    const { execution_id } = await python("print('mine')", { idempotency_key: `k-${method}` });
    const other = await read(`/execute/executions/${execution_id}`, { method, headers: AS_OTHER });
    expect(other.status).toBe(404);
    expect((await read(`/execute/executions/${execution_id}`)).body).toMatchObject({ output: "mine\n" });
  });

  it.each(["x", "../../api-key", "fe6d1a2b3c4d-0c5a5c3e4b1d4f0e9a590a2f6f4f2f11"])(
    "knows no execution %j",
    async (id) => {
      const { status, body } = await read(`/execute/executions/${encodeURIComponent(id)}`);
      expect([400, 404]).toContain(status);
      expect(body).toMatchObject({ success: false });
    },
  );

  it("lists the caller's own, the newest first, page by page", async () => {
    const other = await post(server(), "/execute", { code: "print(0)", idempotency_key: "theirs" }, AS_OTHER);
    const first = await python("print(1)", { idempotency_key: "list-1" });
    const second = await python("print(2)", { idempotency_key: "list-2" });
    const page = (await read("/execute/executions?limit=1")).body;
    expect(page.executions).toMatchObject([{ execution_id: second.execution_id, status: "succeeded" }]);
    const next = (await read(`/execute/executions?limit=1&after=${page.next_after}`)).body;
    expect(next.executions).toMatchObject([{ execution_id: first.execution_id }]);
    const all = (await read("/executions?limit=100")).body;
    expect(JSON.stringify(all)).not.toContain(other.body.execution_id);
  });

  it("ends a program that is cancelled, and forgets it", async () => {
    const mark = `cancelled-${process.pid}-${Date.now()}`;
    const { body } = await send({ code: sleepMarked(mark, 29), timeout: 30, wait_seconds: 0 });
    await waitUntil(() => countProcesses(mark) > 0);
    const path = `/execute/executions/${body.execution_id}`;
    expect((await read(path, { method: "DELETE" })).body).toMatchObject({ success: true, cancelled: true });
    // By itself it ends later.
    await waitUntil(() => countProcesses(mark) === 0, 20_000);
    expect((await read(path)).status).toBe(404);
    expect((await read(path, { method: "DELETE" })).status).toBe(404);
  });

  it("deletes a result with its files: their links end at once", async () => {
    const { execution_id, files } = await python("open('a.csv', 'w').write('a,b')", {
      idempotency_key: "delete",
    });
    const link = String(files?.[0]?.url);
    expect((await fetch(link)).status).toBe(200);
    await read(`/execute/executions/${execution_id}`, { method: "DELETE" });
    expect((await fetch(link)).status).toBe(404);
  });
});
