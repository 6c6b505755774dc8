import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ask, post } from "../support/post.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ GOOGLE_CLOUD_PROJECT: "demo" });
});
afterAll(() => server.stop());

const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** The log lines that carry a request's id, once they are there. */
async function linesOf(requestId: string | null): Promise<readonly Record<string, unknown>[]> {
  const find = () =>
    server
      .logs()
      .split("\n")
      // The last piece is a line that has not come to its end.
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line))
      .filter((line) => line.request_id === requestId);
  await waitUntil(() => find().length > 0);
  return find();
}

describe("the access log", () => {
  it("has one line a request in Cloud Logging's form, joined to its trace", async () => {
    const { headers } = await ask(server, "/languages?secret=hush", {
      headers: { "user-agent": "ChatGPT-User/1.0", traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
    });
    const lines = await linesOf(headers.get("x-request-id"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      severity: "INFO",
      httpRequest: {
        requestMethod: "GET",
        requestUrl: "/execute/languages",
        status: 200,
        userAgent: "ChatGPT-User/1.0",
        latency: expect.stringMatching(/^\d+\.\d+s$/),
      },
      duration_ms: expect.any(Number),
      principal: "default",
      operation: "list_languages",
      function: "execute",
      "logging.googleapis.com/trace": `projects/demo/traces/${TRACE}`,
      "logging.googleapis.com/spanId": "b7ad6b7169203331",
      "logging.googleapis.com/trace_sampled": true,
    });
  });

  it("reads Google's own trace header, and ignores broken ones", async () => {
    const google = await ask(server, "/health", {
      headers: { "x-cloud-trace-context": `${TRACE}/12345;o=1` },
    });
    expect((await linesOf(google.headers.get("x-request-id")))[0]).toMatchObject({
      "logging.googleapis.com/trace": `projects/demo/traces/${TRACE}`,
      "logging.googleapis.com/spanId": "0000000000003039",
    });
    const broken = await ask(server, "/health", { headers: { traceparent: "00-zz-1-1" } });
    expect((await linesOf(broken.headers.get("x-request-id")))[0]).not.toHaveProperty(
      "logging.googleapis.com/trace",
    );
  });

  it("never holds a key, a program, a statement, a result or a query string", async () => {
    await post(server, "/execute", { code: "print('pro' + 'gram-text-7')  # program-source-7" });
    await post(server, "/query", { sql: "SELECT 'statement-text-7'" });
    await post(server, "/execute", { code: 7, "field-name": 1 });
    const wrong = await ask(server, "/languages?token=query-string-7", {
      headers: { authorization: "Bearer wrong-key-7" },
    });
    await linesOf(wrong.headers.get("x-request-id"));
    for (const secret of [
      server.key,
      "program-text-7",
      "program-source-7",
      "statement-text-7",
      "wrong-key-7",
      "query-string-7",
      "hush",
    ]) {
      expect(server.logs()).not.toContain(secret);
    }
  });

  it("escapes what would forge a line", async () => {
    const { headers } = await ask(server, "/health", {
      headers: { "user-agent": 'x","severity":"CRITICAL' },
    });
    const lines = await linesOf(headers.get("x-request-id"));
    expect(lines[0]?.["severity"]).toBe("INFO");
  });
});
