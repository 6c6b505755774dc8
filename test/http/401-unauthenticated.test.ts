import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ask } from "../support/post.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const GATEWAY_KEY = "gateway-key-0123456789";
const NAMED_KEY = "codex_named-key-0123456789";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    GATEWAY_API_KEY: GATEWAY_KEY,
    CODEX_API_TOKENS: `alice=${NAMED_KEY}, bob=${NAMED_KEY}2`,
  });
});
afterAll(() => server.stop());

const call = (headers: Record<string, string>) =>
  ask(server, "/languages", { headers: { authorization: "", ...headers } });

describe("401: nobody that we know", () => {
  it("names the header that is missing, and says so in WWW-Authenticate", async () => {
    const { status, headers, body } = await call({});
    expect([status, body.code, body.success]).toEqual([401, "unauthenticated", false]);
    expect(body.error).toContain("Authorization header is missing");
    expect(headers.get("www-authenticate")).toMatch(/^Bearer realm="[^"]+", scope="execute"/);
  });

  it.each([
    ["a wrong key", () => "Bearer codex_0000000000000000000000000000000000000000000"],
    ["a key without its last character", () => `Bearer ${server.key.slice(0, -1)}`],
    ["a key with one character more", () => `Bearer ${server.key}x`],
    ["a key of 10 kB", () => `Bearer ${"k".repeat(10_000)}`],
    ["the scheme without a key", () => "Bearer"],
    ["two words after the scheme", () => `Bearer ${server.key} ${server.key}`],
    ["another scheme", () => `Basic ${btoa(`key:${server.key}`)}`],
    ["the key without a scheme", () => server.key],
  ])("refuses %s", async (_what, header) => {
    const { status, headers, body } = await call({ authorization: header() });
    expect([status, body.code]).toEqual([401, "unauthenticated"]);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(JSON.stringify(body)).not.toContain(server.key.slice(0, 12));
  });

  it.each([
    ["the key as a bearer token", () => ({ authorization: `Bearer ${server.key}` }), "default"],
    ["the scheme in any case", () => ({ authorization: `bearer ${server.key}` }), "default"],
    ["the key in X-API-Key", () => ({ "x-api-key": server.key }), "default"],
    ["another key", () => ({ "x-api-key": GATEWAY_KEY }), "gateway"],
    ["a named key", () => ({ authorization: `Bearer ${NAMED_KEY}` }), "alice"],
  ])("lets in %s, and the log names its owner", async (_what, headers, principal) => {
    expect((await call(headers())).status).toBe(200);
    expect(server.logs()).toContain(`"principal":"${principal}"`);
    expect(server.logs()).not.toContain(server.key);
  });

  it("asks before it reads: a wrong key and a wrong body is 401", async () => {
    const { status } = await ask(server, "/execute", {
      method: "POST",
      headers: { authorization: "Bearer no" },
      body: "{",
    });
    expect(status).toBe(401);
  });

  it("leaves health open", async () => {
    const { status, body } = await ask(server, "/health", { headers: { authorization: "" } });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "healthy",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      languages: ["python", "javascript"],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });
});
