import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ask } from "../support/post.ts";
import { openRawConnection } from "../support/raw-http.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("404: a path that is not there", () => {
  it.each([
    "/nothing",
    "/execute/nothing",
    "/query/x/y",
    "/health/x",
    "/favicon.ico",
    "/robots.txt",
    "/%ff",
    "/..%2f..%2fetc/passwd",
    "//example.org/execute",
  ])("answers %s with JSON", async (path) => {
    const { status, headers, body } = await ask(server, path);
    expect([status, body.code, body.success]).toEqual([404, "not_found", false]);
    expect(headers.get("content-type")).toContain("application/json");
  });

  it.each(["/health", "/health/", "/languages", "/execute/languages", "/execute/languages/", "/health?x=1"])(
    "finds %s",
    async (path) => {
      expect((await ask(server, path)).status).toBe(200);
    },
  );
});

describe("405: a method that a path does not have", () => {
  it.each([
    ["GET", "/execute", "POST, OPTIONS"],
    ["PUT", "/query", "POST, OPTIONS"],
    ["GET", "/query_bigquery", "POST, OPTIONS"],
    ["DELETE", "/health", "GET, POST, HEAD, OPTIONS"],
    ["POST", "/languages", "GET, HEAD, OPTIONS"],
  ])("answers %s %s with Allow", async (method, path, allow) => {
    const { status, headers, body } = await ask(server, path, { method });
    expect([status, body.code, headers.get("allow")]).toEqual([405, "method_not_allowed", allow]);
  });

  it("answers TRACE, which no web client can send", async () => {
    const connection = await openRawConnection(server.url);
    await connection.write("TRACE /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await connection.readToEnd()).toMatch(/^HTTP\/1\.1 405 .*"code":"method_not_allowed"/s);
  });

  it("answers HEAD without a body", async () => {
    const response = await server.request("/health", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});
