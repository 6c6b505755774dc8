import { randomUUID } from "node:crypto";
import { expect, it } from "@jest/globals";
import { countProcesses, sleepMarked } from "../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../support/capabilities.ts";
import { post } from "../../support/post.ts";
import { startServer } from "../../support/start-server.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const OTHER_KEY = "another-principal-key";
const AS_OTHER = { authorization: `Bearer ${OTHER_KEY}` };
/** What it prints tells one run from another. */
const UNIQUE = "import uuid; print(uuid.uuid4())";

describeWith("sandbox", "idempotency_key", () => {
  const { server, send, python } = servePrograms({ CODEX_API_TOKENS: `other=${OTHER_KEY}` });

  it("refuses another program under the same key with 409", async () => {
    const idempotency_key = randomUUID();
    await send({ code: UNIQUE, idempotency_key });
    const { status, body } = await send({ code: "print(2)", idempotency_key });
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: "key_reused", retryable: false });
  });

  it.each(["", "with space", "é", "x".repeat(129)])(
    "refuses the key %j with 400",
    async (idempotency_key) => {
      expect((await send({ code: UNIQUE, idempotency_key })).status).toBe(400);
    },
  );

  it("runs a request that comes five times, one after another, once", async () => {
    const idempotency_key = randomUUID();
    const outputs = new Set();
    for (let count = 0; count < 5; count += 1) {
      const { body } = await send({ code: UNIQUE, idempotency_key });
      expect(body).toMatchObject({ status: "succeeded" });
      outputs.add(body.output);
    }
    expect(outputs.size).toBe(1);
  });

  it("runs a request that comes five times at once, once", async () => {
    const request = { code: `import time; time.sleep(1)\n${UNIQUE}`, idempotency_key: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(request)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.output)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.execution_id)).size).toBe(1);
  });

  it("belongs to the principal", async () => {
    const request = { code: UNIQUE, idempotency_key: randomUUID() };
    const own = await send(request);
    const other = await post(server(), "/execute", request, AS_OTHER);
    expect(other.status).toBe(200);
    expect(other.body.output).not.toBe(own.body.output);
  });

  it("does not keep a request from running whose first attempt never ran", async () => {
    const idempotency_key = randomUUID();
    const files = [{ name: "../a", content_base64: "" }];
    expect((await send({ code: UNIQUE, idempotency_key, files })).status).toBe(400);
    expect(await python(UNIQUE, { idempotency_key })).toMatchObject({ status: "succeeded" });
  });

  it("lets a program go on whose caller left, and answers the caller who comes again", async () => {
    const mark = `goes-on-${process.pid}-${Date.now()}`;
    const request = { code: `${sleepMarked(mark, 2)}\n${UNIQUE}`, idempotency_key: randomUUID() };
    const leaving = new AbortController();
    const left = server().request("/execute", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal: leaving.signal,
    });
    const gone = expect(left).rejects.toThrow();
    await waitUntil(() => countProcesses(mark) > 0);
    leaving.abort();
    await gone;
    const { body } = await send(request);
    expect(body).toMatchObject({ status: "succeeded" });
    // Less than the program takes: it was under way.
    expect((await send(request)).body.output).toBe(body.output);
  });
});

describeWith("sandbox", "idempotency_key across a restart", () => {
  it("answers with the result of the run before", async () => {
    const dataFolder = `/tmp/restart-${randomUUID()}`;
    const environment = { CODEX_DATA_DIR: dataFolder, CODEX_API_TOKEN: "a-key-of-sixteen-characters" };
    const request = { code: UNIQUE, idempotency_key: randomUUID() };
    const first = await startServer(environment);
    const before = await post(first, "/execute", request);
    await first.stop();
    const second = await startServer(environment);
    try {
      const after = await post(second, "/execute", request);
      expect(after.body).toMatchObject({
        output: before.body.output,
        execution_id: before.body.execution_id,
      });
    } finally {
      await second.stop();
    }
  }, 60_000);
});
