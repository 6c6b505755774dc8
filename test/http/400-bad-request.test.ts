import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { post } from "../support/post.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

describe("400: a request that is wrong", () => {
  it("asks for a body when there is none", async () => {
    const { status, body } = await post(server, "/execute", "");
    expect([status, body.code]).toEqual([400, "body_required"]);
  });

  it.each(['{"code":', "{'code':'1'}", "[1,", '"\\x"', "\u0000", "nul"])(
    "refuses the malformed JSON %j",
    async (text) => {
      const { status, body } = await post(server, "/execute", text);
      expect([status, body.code]).toEqual([400, "malformed_json"]);
      expect(server.logs()).not.toContain(`${text}\n`);
    },
  );

  it("refuses bytes that are not UTF-8", async () => {
    const { status, body } = await post(server, "/execute", new Uint8Array([0x22, 0xff, 0xfe, 0x22]));
    expect([status, body.code]).toEqual([400, "malformed_json"]);
  });

  it.each([
    ["an array", [], "", "type"],
    ["null", null, "", "type"],
    ["a number", 1, "", "type"],
    ["no code", {}, "/code", "required"],
    ["an empty code", { code: "" }, "/code", "minLength"],
    ["a code that is no text", { code: 1 }, "/code", "type"],
    ["NUL in the code", { code: "print(1)\u0000" }, "/code", "pattern"],
    ["a lone surrogate in the code", { code: "print('\ud800')" }, "/code", "pattern"],
    ["the language ruby", { code: "1", language: "ruby" }, "/language", "enum"],
    ["the timeout 0", { code: "1", timeout: 0 }, "/timeout", "minimum"],
    ["the timeout 31", { code: "1", timeout: 31 }, "/timeout", "maximum"],
    ['the timeout "5"', { code: "1", timeout: "5" }, "/timeout", "type"],
    ["the timeout 1.5", { code: "1", timeout: 1.5 }, "/timeout", "type"],
    ["an unknown field", { code: "1", colour: "red" }, "/colour", "additionalProperties"],
    [
      "a field named __proto__",
      '{"code":"1","__proto__":{"timeout":1}}',
      "/__proto__",
      "additionalProperties",
    ],
  ])("names %s as a violation", async (_what, request, path, rule) => {
    const { status, body } = await post(
      server,
      "/execute",
      typeof request === "string" ? request : JSON.stringify(request),
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, code: "validation_failed", retryable: false });
    expect(body.details).toContainEqual({ path, rule, message: expect.any(String) });
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("lists every violation, not only the first", async () => {
    const { body } = await post(server, "/execute", { language: "ruby", timeout: 99, colour: "red" });
    expect(body.details).toHaveLength(4);
  });

  it.each([0, -1, 10_001, "10", 1.5])("refuses max_results %j of a query", async (max_results) => {
    const { status, body } = await post(server, "/query", { sql: "SELECT 1", max_results });
    expect([status, body.code, body.details[0].path]).toEqual([400, "validation_failed", "/max_results"]);
  });

  it("refuses two credentials that differ, and takes two that are the same", async () => {
    const other = await post(server, "/execute", "", { "x-api-key": "codex_another" });
    expect([other.status, other.body.code]).toEqual([400, "conflicting_credentials"]);
    const same = await post(server, "/execute", "", { "x-api-key": server.key });
    expect(same.body.code).toBe("body_required");
  });
});
