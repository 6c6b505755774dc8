import { afterEach, describe, expect, it } from "@jest/globals";
import { openRawConnection } from "../../support/raw-http.ts";
import { NONE_WAIT, servePrograms } from "../execute/serve-programs.fixture.ts";
import { messageOf, sendModern, sendRaw } from "./raw.ts";

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

/** A value of each type of JSON. */
const VALUES = [null, true, 7, 1.5, "text", [{}], { a: 1 }];

interface ListedTool {
  readonly name: string;
  readonly inputSchema: {
    readonly properties: Readonly<Record<string, { readonly type: string | string[] }>>;
  };
}

describe("the endpoint under hostile input", () => {
  const served = servePrograms({ ...NONE_WAIT, QUERY_RATE_PER_MINUTE: "0" });

  afterEach(async () => {
    const next = await sendModern(served.server(), "tools/call", { name: "check_health", arguments: {} });
    expect((await messageOf(next)).result).toMatchObject({ structuredContent: { status: "healthy" } });
  });

  it.each([
    ["no JSON", "{", 400, -32_700],
    ["JSON that is cut", '{"jsonrpc":"2.0","id":1,"method":"tools/list"', 400, -32_700],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), 400, -32_700],
    ["a text", '"tools/list"', 400, -32_600],
    ["null", "null", 400, -32_600],
    ["a number", "5", 400, -32_600],
    ["no method", { jsonrpc: "2.0", id: 1 }, 400, -32_600],
    ["another JSON-RPC", { ...PING, jsonrpc: "1.0" }, 400, -32_600],
    ["an id that is an object", { ...PING, id: {} }, 400, -32_600],
    ["a method that is a number", { ...PING, method: 5 }, 400, -32_600],
    ["an empty batch", [], 400, -32_600],
    ["a batch of 21", Array.from({ length: 21 }, (_, id) => ({ ...PING, id })), 400, -32_600],
    ["values in 5,000 lists", `${"[".repeat(5_000)}${"]".repeat(5_000)}`, 400, -32_600],
    [
      "arguments in 10,000 objects",
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_health","arguments":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}}`,
      400,
      -32_600,
    ],
    ["an unknown method", { ...PING, method: "tools/destroy" }, 200, -32_601],
    ["a call without a name", { ...PING, method: "tools/call", params: {} }, 200, -32_602],
    [
      "a tool that there is not",
      { ...PING, method: "tools/call", params: { name: "rm -rf /" } },
      200,
      -32_602,
    ],
    [
      "a tool of every object",
      { ...PING, method: "tools/call", params: { name: "__proto__" } },
      200,
      -32_602,
    ],
    [
      "arguments that are a list",
      { ...PING, method: "tools/call", params: { name: "check_health", arguments: [] } },
      200,
      -32_602,
    ],
    [
      "a resource that is no address",
      { ...PING, method: "resources/read", params: { uri: "\u0000" } },
      200,
      -32_602,
    ],
    [
      "a resource of this machine",
      { ...PING, method: "resources/read", params: { uri: "file:///etc/passwd" } },
      200,
      -32_602,
    ],
    [
      "a resource with two dots",
      { ...PING, method: "resources/read", params: { uri: "warehouse://demo/.." } },
      200,
      -32_602,
    ],
    ["prompts", { ...PING, method: "prompts/list" }, 200, -32_601],
  ])("answers %s with its own error", async (_name, body, status, code) => {
    const response = await sendRaw(served.server(), body);
    expect(response.status).toBe(status);
    expect((await messageOf(response)).error).toMatchObject({ code, message: expect.any(String) });
  });

  it("answers a batch of the revision that has them", async () => {
    const body = [1, 2, 3].map((id) => ({ ...PING, id }));
    const response = await sendRaw(served.server(), body, { "mcp-protocol-version": "2025-03-26" });
    const text = await response.text();
    const ids = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? "").id);
    expect(ids.toSorted()).toEqual([1, 2, 3]);
  });

  it.each([
    ["that does not exist", "1999-12-31"],
    ["that is no date", "latest"],
  ])("refuses a revision %s", async (_name, revision) => {
    const response = await sendRaw(served.server(), PING, { "mcp-protocol-version": revision });
    expect(response.status).toBe(400);
    expect((await messageOf(response)).error).toBeDefined();
  });

  it("refuses a current request whose headers name another tool than its body", async () => {
    const given = { name: "check_health", arguments: {} };
    const response = await sendModern(served.server(), "tools/call", given, { "mcp-name": "execute_code" });
    expect(response.status).toBe(400);
    expect((await messageOf(response)).error).toMatchObject({ code: -32_020 });
  });

  it("offers no subscription, and says so at once", async () => {
    const response = await sendModern(served.server(), "subscriptions/listen", { notifications: {} });
    expect((await messageOf(response)).error).toMatchObject({ code: -32_601 });
  });

  it("answers 413 to a body beyond its limit, before it has read it", async () => {
    const connection = await openRawConnection(served.server().url);
    const { key } = served.server();
    await connection.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 40000000\r\n\r\n{`,
    );
    expect(await connection.readUntil(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
    connection.destroy();
  });

  it("answers 415 to another type and 405 to another method", async () => {
    const typed = await sendRaw(served.server(), JSON.stringify(PING), { "content-type": "text/plain" });
    expect(typed.status).toBe(415);
    for (const method of ["GET", "DELETE", "PUT"]) {
      const response = await served.server().request("/mcp", { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    }
  });

  it.each([
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://127.0.0.1@evil.example",
    ":",
  ])("answers 403 to a page of %s", async (origin) => {
    const response = await sendRaw(served.server(), PING, { origin });
    expect(response.status).toBe(403);
    const { error } = await messageOf(response);
    expect(error).toMatchObject({ data: { code: "origin_not_allowed" } });
  });

  it.each(["http://localhost:6274", "http://127.0.0.1:5173"])(
    "serves a page of this machine, %s",
    async (origin) => {
      expect((await sendRaw(served.server(), PING, { origin })).status).toBe(200);
    },
  );

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", ""])(
    "answers 403 where a foreign name means this machine: %p",
    async (host) => {
      const { url, key } = served.server();
      const connection = await openRawConnection(url);
      const body = JSON.stringify(PING);
      await connection.write(
        `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
      expect(await connection.readToEnd()).toMatch(/^HTTP\/1\.1 403 /);
    },
  );

  it("refuses every argument of every wrong type by its name", async () => {
    const { result } = await messageOf(await sendModern(served.server(), "tools/list"));
    const tools = result?.["tools"] as readonly ListedTool[];
    const wrong = tools.flatMap(({ name, inputSchema }) =>
      Object.entries(inputSchema.properties ?? {}).flatMap(([property, { type }]) =>
        VALUES.filter((value) => !isOf(value, [type].flat())).map((value) => ({ name, property, value })),
      ),
    );
    expect(wrong.length).toBeGreaterThan(100);
    const call = async ({ name, property, value }: (typeof wrong)[number]): Promise<void> => {
      const given = { name, arguments: { [property]: value } };
      const { result: answer } = await messageOf(await sendModern(served.server(), "tools/call", given));
      const { isError, content } = answer as { isError: boolean; content: { text: string }[] };
      expect([name, property, isError]).toEqual([name, property, true]);
      expect(content[1]?.text).toContain('"code":"validation_failed"');
      expect(content[1]?.text).toContain(property);
    };
    const AT_ONCE = 16;
    for (let index = 0; index < wrong.length; index += AT_ONCE) {
      await Promise.all(wrong.slice(index, index + AT_ONCE).map(call));
    }
  });

  it("lets no argument leave its place in an address", async () => {
    for (const dataset of ["..", "../..", "a/../b", "%2e%2e", "a?limit=1", "a#b", "a\u0000b", "\ud800"]) {
      const given = { name: "list_tables", arguments: { dataset } };
      const { result } = await messageOf(await sendModern(served.server(), "tools/call", given));
      expect(result).toMatchObject({ isError: true });
    }
    const forged = { name: "get_file", arguments: { token: "x", name: "../../../query/datasets" } };
    const { result } = await messageOf(await sendModern(served.server(), "tools/call", forged));
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).not.toContain('"datasets":[');
  });

  it("writes neither a program nor a statement nor a key into its log", async () => {
    const secret = "a-secret-that-nobody-logs";
    await sendModern(served.server(), "tools/call", {
      name: "query_bigquery",
      arguments: { sql: `SELECT '${secret}'` },
    });
    await sendModern(served.server(), "tools/call", {
      name: "execute_code",
      arguments: { code: 5, stdin: secret },
    });
    await sendRaw(served.server(), `{"${secret}`);
    await sendRaw(served.server(), { ...PING, method: secret });
    expect(served.server().logs()).not.toContain(secret);
    expect(served.server().logs()).not.toContain(served.server().key);
  });
});

function isOf(value: unknown, types: readonly string[]): boolean {
  return types.some((type) => {
    if (type === "null") return value === null;
    if (type === "array") return Array.isArray(value);
    if (type === "integer") return Number.isInteger(value);
    if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
    return typeof value === type;
  });
}
