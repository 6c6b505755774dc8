import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { waitUntil } from "../../support/wait-until.ts";
import type { ToolResult } from "./connect.ts";
import { messageOf, sendModern } from "./raw.ts";
import { type ServedMcp, serveMcp } from "./serve-mcp.fixture.ts";

const RUN = {
  success: true,
  output: "",
  error: null,
  status: "succeeded",
  execution_id: "x",
  request_id: "y",
};

const sendJson =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

describe("when a function", () => {
  let served: ServedMcp;
  beforeEach(async () => {
    served = await serveMcp(["execute", "query"]);
  });
  afterEach(() => served.stop());

  async function call(name: string, given: object = {}): Promise<ToolResult> {
    const response = await sendModern(served, "tools/call", { name, arguments: given });
    const { result } = await messageOf(response);
    return { content: [], ...result };
  }

  it("is not there, the tool says so and that it is worth another try", async () => {
    await served.stopFunctions();
    const result = await call("check_health");
    expect(result.isError).toBe(true);
    expect(result.content[0]?.["text"]).toMatch(/did not answer.*Retry after 2 s/);
    expect(result.content[1]?.["text"]).toContain('"code":"function_unavailable"');
    expect(result.content[1]?.["text"]).not.toContain("127.0.0.1");
    expect(served.logs()).toContain(`"severity":"ERROR"`);
    expect(served.logs()).toContain(`"tool":"check_health"`);
  });

  it.each([
    ["answers what is no JSON", (_request: unknown, response: ServerResponse) => response.end("<html>")],
    ["answers JSON that is no object", sendJson(200, ["a"])],
    ["answers nothing", (_request: unknown, response: ServerResponse) => response.end()],
    ["sends its caller elsewhere", sendJson(302, {}, { location: "http://169.254.169.254/" })],
    ["cuts the connection", (request: IncomingMessage) => request.socket.destroy()],
    ["answers without an end", (_request: unknown, response: ServerResponse) => sendForever(response)],
  ])("%s, the tool fails and the next call is served", async (_name, fake) => {
    served.answerWith(fake as Parameters<typeof served.answerWith>[0]);
    const result = await call("check_health");
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).not.toContain("169.254");
    served.answerWith(sendJson(200, { status: "healthy" }));
    expect((await call("check_health")).structuredContent).toEqual({ status: "healthy" });
  });

  it("asks for a wait, the model is told how long", async () => {
    const body = {
      success: false,
      error: "Too many.",
      code: "rate_limited",
      request_id: "r",
      retryable: true,
    };
    served.answerWith(sendJson(429, body, { "retry-after": "17" }));
    expect(await call("list_languages")).toMatchObject({
      isError: true,
      content: [{ text: "Too many. Retry after 17 s." }, { text: JSON.stringify(body) }],
    });
  });

  it("finds the token too old or too weak, the client is told to sign in again", async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="query:write"';
    served.answerWith(sendJson(403, { success: false, error: "No." }, { "www-authenticate": challenge }));
    const result = await call("query_bigquery", { sql: "DELETE FROM a.b WHERE TRUE" });
    expect(result).toMatchObject({ isError: true, _meta: { "mcp/www_authenticate": [challenge] } });
  });

  it("is called, it gets the caller's credential and trace and nothing else of the request", async () => {
    let seen: IncomingMessage["headers"] = {};
    served.answerWith((request, response) => {
      seen = request.headers;
      sendJson(200, { status: "healthy" })(request, response);
    });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const given = { name: "check_health", arguments: {} };
    const headers = { traceparent, cookie: "session=secret", "x-forwarded-for": "1.2.3.4" };
    await (await sendModern(served, "tools/call", given, headers)).text();
    expect(seen).toMatchObject({ authorization: "Bearer a-token", traceparent });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["cookie"]));
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["x-forwarded-for"]));
  });

  it("still works when the client leaves, it is left too", async () => {
    let reached = false;
    let left = false;
    served.answerWith((_request, response) => {
      reached = true;
      response.on("close", () => {
        left = true;
      });
    });
    const leave = new AbortController();
    const given = { name: "execute_code", arguments: { code: "1" } };
    const body = sendWithSignal(served, given, leave.signal);
    await waitUntil(() => reached);
    leave.abort();
    await expect(body).rejects.toThrow();
    await waitUntil(() => left);
  });

  it("gives a chart that cannot be read, the answer comes with its link", async () => {
    const image_url = `${served.url}/execute/files/token/chart-1.png`;
    const chart = { type: "line", title: "Sales", image_url };
    served.answerWith((request, response) => {
      if (request.url?.includes("/files/")) request.socket.destroy();
      else sendJson(200, { ...RUN, charts: [chart] })(request, response);
    });
    const result = await call("execute_code", { code: "plot" });
    expect(result.structuredContent).toMatchObject({ charts: [chart] });
    expect(result.content[1]).toMatchObject({ type: "resource_link", uri: image_url, name: "Sales" });
  });

  it("gives more pictures than a result may carry, the rest are links", async () => {
    const png = Buffer.alloc(1_500_000, 1);
    const files = Array.from({ length: 8 }, (_, index) => ({
      name: `${index}.png`,
      mime_type: "image/png",
      size_bytes: png.byteLength,
      url: `${served.url}/files/token/${index}.png`,
    }));
    served.answerWith((request, response) => {
      if (request.url?.includes("/files/")) response.writeHead(200, { "content-type": "image/png" }).end(png);
      else sendJson(200, { ...RUN, files })(request, response);
    });
    const { content } = await call("execute_code", { code: "plot" });
    const counted = (wanted: string) => content.filter(({ type }) => type === wanted).length;
    expect([counted("image"), counted("resource_link")]).toEqual([3, 8]);
  });

  it("names a picture at another host, that host is not asked", async () => {
    const asked: string[] = [];
    const url = "http://169.254.169.254/latest/meta-data";
    served.answerWith((request, response) => {
      asked.push(request.url ?? "");
      sendJson(200, { ...RUN, files: [{ name: "a.png", mime_type: "image/png", size_bytes: 1, url }] })(
        request,
        response,
      );
    });
    const { content } = await call("execute_code", { code: "plot" });
    expect(content.map(({ type }) => type)).toEqual(["text", "resource_link"]);
    expect(asked).toEqual(["/execute"]);
  });
});

function sendForever(response: ServerResponse): void {
  const timer = setInterval(() => response.write("x".repeat(1_000_000)), 1);
  response.on("close", () => clearInterval(timer));
}

async function sendWithSignal(served: ServedMcp, given: object, signal: AbortSignal): Promise<string> {
  const response = await served.request("/mcp", {
    method: "POST",
    signal,
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: given }),
  });
  return response.text();
}
