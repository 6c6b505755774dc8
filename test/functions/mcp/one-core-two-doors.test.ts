import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { describeWith } from "../../support/capabilities.ts";
import type { Answer } from "../../support/post.ts";
import { NONE_WAIT, servePrograms } from "../execute/serve-programs.fixture.ts";
import { bodyOf, callOverHttp, withoutOwn } from "./both-doors.ts";
import { type ConnectedClient, connect, type ToolResult } from "./connect.ts";

type Given = Readonly<Record<string, unknown>>;

const UNKNOWN_ID = "fe6d1a2b3c4d-0c5a5c3e4b1d4f0e9a590a2f6f4f2f11";

/** Calls that every machine answers; a name may come more than once. */
const CALLS: readonly (readonly [string, Given])[] = [
  ["query_bigquery", { sql: "SELECT 1 AS one, DATE '2026-01-31' AS day, CAST(NULL AS STRING) AS nothing" }],
  ["query_bigquery", { sql: "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 50)) AS n ORDER BY n", max_results: 7 }],
  ["query_bigquery", { sql: "SELECT REPEAT('x', 1000) AS x FROM UNNEST(GENERATE_ARRAY(1, 200))" }],
  ["query_bigquery", { sql: "SELECT @a + 1 AS b", params: { a: 41 }, format: "columns" }],
  ["query_bigquery", { sql: "SELECT 'é' AS a, 1 AS b", format: "csv" }],
  ["query_bigquery", { sql: "SELECT 1 AS a", dry_run: true }],
  ["query_bigquery", { sql: "SELEC 1" }],
  ["query_bigquery", { sql: "SELECT 1; SELECT 2" }],
  ["query_bigquery", { sql: "DROP TABLE sales.customers" }],
  ["query_bigquery", { sql: "SELECT * FROM nowhere.nothing" }],
  ["query_bigquery", { sql: "SELECT 1", page_token: "not-a-token" }],
  ["query_bigquery", { sql: 5 }],
  ["query_bigquery", { sql: ["SELECT 1"] }],
  ["query_bigquery", { sql: "SELECT 1", timeout: "10" }],
  ["query_bigquery", { sql: "SELECT 1", timeout: 0 }],
  ["query_bigquery", { sql: "SELECT 1", format: "xml" }],
  ["query_bigquery", { sql: "SELECT 1", colour: "red" }],
  ["query_bigquery", {}],
  ["query_bigquery", { sql: `SELECT '${"x".repeat(1_100_000)}'` }],
  ["get_query", { query_id: UNKNOWN_ID }],
  ["cancel_query", { query_id: UNKNOWN_ID }],
  ["list_datasets", {}],
  ["list_datasets", { limit: 1 }],
  ["list_datasets", { limit: 0 }],
  ["list_datasets", { limit: "many" }],
  ["list_tables", { dataset: "sales" }],
  ["list_tables", { dataset: "sales", project: "demo", limit: 1 }],
  ["list_tables", { dataset: "nothing" }],
  ["list_tables", { dataset: "a b" }],
  ["describe_table", { dataset: "sales", table: "customers", sample_rows: 2 }],
  ["describe_table", { dataset: "sales", table: "nothing" }],
  ["describe_table", { dataset: "sales", table: "customers", sample_rows: 99 }],
  ["check_health", {}],
  ["list_languages", {}],
  ["get_execution", { execution_id: UNKNOWN_ID }],
  ["get_execution", { execution_id: "passwd" }],
  ["cancel_execution", { execution_id: UNKNOWN_ID }],
  ["list_executions", { limit: 101 }],
];

/** Calls that run programs. */
const PROGRAMS: readonly (readonly [string, Given])[] = [
  ["execute_code", { code: "print(2 + 2)" }],
  ["execute_code", { code: "console.log([1, 2].length)", language: "javascript" }],
  ["execute_code", { code: "1 / 0" }],
  ["execute_code", { code: "print(input())", stdin: "hello" }],
  ["execute_code", { code: "while True: pass", timeout: 1 }],
  ["execute_code", { code: "print('x' * 300_000)" }],
  ["execute_code", { code: "open('a.txt', 'w').write('b')" }],
  ["execute_code", { code: "print(1)", files: [{ name: "../a", content_base64: "" }] }],
  ["execute_code", { code: "print(1)", session_id: "ses_AAAAAAAAAAAAAAAAAAAAAA" }],
  ["execute_code", { code: "" }],
  ["execute_code", { code: "print(1)", language: "ruby" }],
  ["execute_code", { code: null }],
];

describe("one core, two doors", () => {
  const served = servePrograms({ ...NONE_WAIT, QUERY_RATE_PER_MINUTE: "0" });
  let client: ConnectedClient;
  beforeAll(async () => {
    const { url, key } = served.server();
    client = await connect("v2", `${url}/mcp`, key);
  });
  afterAll(() => client?.close());

  const overHttp = (name: string, given: Given): Promise<Answer> => {
    const operation = OPERATIONS.find(({ operationId }) => operationId === name);
    if (operation === undefined) throw new Error(`There is no operation ${name}.`);
    return callOverHttp(served.server(), operation, given);
  };

  it("is asked about every operation", () => {
    const asked = new Set([...CALLS, ...PROGRAMS].map(([name]) => name));
    const all = OPERATIONS.map(({ operationId }) => operationId);
    // A file is asked for by a link, which has to be there first.
    expect([...asked, "get_file"].toSorted()).toEqual(all.toSorted());
  });

  async function compare(name: string, given: Given): Promise<void> {
    const http = await overHttp(name, given);
    const tool = await client.call(name, { ...given });
    if (http.status < 400) return expectSameAnswer(http, tool);
    expectSameRefusal(http, tool);
  }

  it.each(labelled(CALLS))("%s answers the same through both: %s", (name, _label, given) =>
    compare(name, given),
  );

  describeWith("sandbox", "programs", () => {
    it.each(labelled(PROGRAMS))("%s answers the same through both: %s", (name, _label, given) =>
      compare(name, given),
    );

    it("gives the run of an idempotency key through the other door, and lists and cancels it there", async () => {
      const given = { code: "print(3)", idempotency_key: "from-both-doors" };
      const http = await overHttp("execute_code", given);
      const tool = await client.call("execute_code", given);
      const { execution_id } = http.body;
      expect(tool.structuredContent).toMatchObject({ execution_id, output: "3\n" });
      const read = await client.call("get_execution", { execution_id });
      expect(withoutOwn(read.structuredContent)).toEqual(withoutOwn(http.body));
      const [first, second] = [await overHttp("list_executions", {}), await client.call("list_executions")];
      expect(withoutOwn(second.structuredContent)).toEqual(withoutOwn(first.body));
      const other = await client.call("execute_code", { ...given, code: "print(4)" });
      expect(other).toMatchObject({ isError: true });
      expect(bodyOf(other)).toMatchObject({ code: "key_reused" });
      const gone = await client.call("cancel_execution", { execution_id });
      expect(gone.structuredContent).toMatchObject({ success: true, cancelled: false });
      expect((await overHttp("get_execution", { execution_id })).status).toBe(404);
    });

    it("reads the same bytes of a file", async () => {
      const code = "open('a.txt', 'w').write('über')\nopen('b.bin', 'wb').write(bytes(range(256)))";
      const { body } = await overHttp("execute_code", { code });
      for (const { name, url } of body.files as { name: string; url: string }[]) {
        const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
        const [, token] = /\/files\/([^/]+)\//.exec(url) ?? [];
        const result = await client.call("get_file", { token, name });
        expect(result.structuredContent).toMatchObject({ name, size_bytes: bytes.byteLength });
        const [, content] = result.content as readonly { text?: string; resource?: { blob: string } }[];
        const read = content?.text ?? Buffer.from(content?.resource?.blob ?? "", "base64");
        expect(Buffer.from(read).equals(bytes)).toBe(true);
      }
      const refused = await client.call("get_file", { token: "forged", name: "a.txt" });
      expect(refused.isError).toBe(true);
      expect(bodyOf(refused)).toMatchObject({ code: "not_found" });
    });
  });
});

describe("a rate limit", () => {
  const served = servePrograms({ ...NONE_WAIT, QUERY_RATE_PER_MINUTE: "3" });

  it("counts the calls of both doors together", async () => {
    const { url, key, request } = served.server();
    const client = await connect("v2", `${url}/mcp`, key);
    const overHttp = async () => (await request("/query/datasets")).status;
    expect(await overHttp()).toBe(200);
    expect((await client.call("list_datasets")).isError ?? false).toBe(false);
    expect(await overHttp()).toBe(200);
    const refused = await client.call("list_datasets");
    expect(refused.isError).toBe(true);
    expect(bodyOf(refused)).toMatchObject({ code: "rate_limited", retryable: true });
    expect(refused.content[0]?.["text"]).toMatch(/Retry after \d+ s\.$/);
    expect(await overHttp()).toBe(429);
    await client.close();
  });
});

function labelled(calls: readonly (readonly [string, Given])[]): [string, string, Given][] {
  return calls.map(([name, given]) => [name, JSON.stringify(given).slice(0, 80), given]);
}

function expectSameAnswer({ body }: Answer, tool: ToolResult): void {
  expect(withoutOwn(tool.structuredContent)).toEqual(withoutOwn(body));
  expect(bodyOf(tool)).toEqual(tool.structuredContent);
  const failed = body.success === false && typeof body.code === "string";
  expect(tool.isError ?? false).toBe(failed);
  if (failed) expect(tool.content[0]?.["text"]).toBe(body.error);
}

function expectSameRefusal({ body }: Answer, tool: ToolResult): void {
  expect(tool.isError).toBe(true);
  expect(tool.structuredContent).toBeUndefined();
  const refusal = bodyOf(tool) as Answer["body"];
  expect([refusal.code, refusal.retryable]).toEqual([body.code, body.retryable]);
  expect(tool.content[0]?.["text"]).toContain(refusal.error);
  // What is wrong is said of an address there and of arguments here; which one it is, is the same.
  const pathsOf = ({ details = [] }: { details?: { path: string; rule: string }[] }) =>
    details.map(({ path, rule }) => [path, rule]);
  expect(pathsOf(refusal)).toEqual(pathsOf(body));
  if (body.code !== "validation_failed") expect(refusal.error).toBe(body.error);
}
