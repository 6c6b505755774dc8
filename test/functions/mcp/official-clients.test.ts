import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { countProcesses, sleepMarked } from "../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../support/capabilities.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { servePrograms } from "../execute/serve-programs.fixture.ts";
import { type ConnectedClient, connect, LIBRARIES } from "./connect.ts";

const REVISIONS = { v1: "2025-11-25", v2: "2026-07-28", "v2 of 2025": "2025-11-25" } as const;

/** More pairs than anybody counts in a minute. */
const ENDLESS =
  "SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 9";

const CHART = `import matplotlib.pyplot as plt
plt.plot([1, 4, 9])
open('sums.csv', 'w').write('a,b')
print('drawn')`;

describe("the official clients with an API key", () => {
  const served = servePrograms({ QUERY_RATE_PER_MINUTE: "0" });

  describe.each(LIBRARIES)("%s", (library) => {
    let client: ConnectedClient;
    beforeAll(async () => {
      const { url, key } = served.server();
      client = await connect(library, `${url}/mcp`, key);
    });
    afterAll(() => client?.close());

    it("agrees on a revision and lists a tool for every operation, and the two of deep research", async () => {
      expect(client.revision).toBe(REVISIONS[library]);
      const names = (await client.listTools()).map(({ name }) => name);
      const wanted = [...OPERATIONS.map(({ operationId }) => operationId), "search", "fetch"];
      expect(names.toSorted()).toEqual(wanted.toSorted());
    });

    it("reads a statement's rows as structured content and as the same JSON", async () => {
      const result = await client.call("query_bigquery", { sql: "SELECT 1 AS one, 'a' AS letter" });
      expect(result.isError ?? false).toBe(false);
      expect(result.structuredContent).toMatchObject({ data: [{ one: 1, letter: "a" }], row_count: 1 });
      expect(result.content).toHaveLength(1);
      expect(JSON.parse(String(result.content[0]?.["text"]))).toEqual(result.structuredContent);
    });

    it("gets a failed statement as an error with its sentence first", async () => {
      const result = await client.call("query_bigquery", { sql: "SELECT * FROM nowhere.nothing" });
      expect(result).toMatchObject({
        isError: true,
        content: [{ type: "text", text: expect.stringContaining("was not found") }, { type: "text" }],
        structuredContent: { success: false, code: "table_not_found" },
      });
    });

    it("finds a table, reads about it, and reads its schema as a resource", async () => {
      const found = await client.call("search", { query: "customers" });
      const id = "warehouse://demo/sales/customers";
      expect(found.structuredContent).toMatchObject({
        results: [{ id, title: "demo.sales.customers", url: expect.stringContaining("/tables/customers") }],
      });
      const { structuredContent } = await client.call("fetch", { id });
      expect(structuredContent).toMatchObject({ id, title: "demo.sales.customers" });
      expect(structuredContent?.["text"]).toContain("- customer_id INT64");
      const [resource] = await client.read(id);
      expect(resource).toMatchObject({ uri: id, mimeType: "application/json" });
      const table = JSON.parse(String(resource?.["text"]));
      expect(table).toMatchObject({ table: "customers", kind: "TABLE" });
    });

    it("lists datasets as resources, and the templates of the rest", async () => {
      const { resources } = await client.listResources();
      expect(resources.map(({ uri }) => uri)).toEqual(["warehouse://demo/sales", "warehouse://demo/web"]);
      const templates = (await client.listTemplates()).map(({ uriTemplate }) => uriTemplate);
      expect(templates).toContain("warehouse://{project}/{dataset}/{table}");
      await expect(client.read("warehouse://demo/nothing")).rejects.toMatchObject({ code: -32_602 });
      await expect(client.read("file:///etc/passwd")).rejects.toMatchObject({ code: -32_602 });
    });

    it("refuses a tool that there is not, and serves the next call", async () => {
      await expect(client.call("drop_everything")).rejects.toMatchObject({ code: -32_602 });
      expect((await client.call("check_health")).structuredContent).toMatchObject({ status: "healthy" });
    });

    describeWith("sandbox", "all tools", () => {
      it("calls every tool that it lists, and is answered", async () => {
        const listed = (await client.listTools()).map(({ name }) => name);
        const called = await callEveryTool(client, library);
        expect([...called.keys()].toSorted()).toEqual(listed.toSorted());
        expect(called.get("get_execution")).toMatchObject({ output: "42\n" });
        expect(called.get("cancel_execution")).toMatchObject({ success: true });
        expect(called.get("list_executions")).toMatchObject({ executions: expect.any(Array) });
        expect(called.get("get_file")).toMatchObject({ name: "a.txt", size_bytes: 1 });
        expect(called.get("list_languages")).toMatchObject({ languages: expect.any(Array) });
        expect(called.get("get_query")).toMatchObject({ data: [{ one: 1 }] });
        expect(called.get("cancel_query")).toMatchObject({ success: true, cancelled: true });
        expect(called.get("list_tables")).toMatchObject({ tables: expect.any(Array) });
        expect(called.get("describe_table")).toMatchObject({ table: "customers" });
      });
    });

    describeWith(["sandbox", "python-packages"], "programs", () => {
      it("shows a chart as an image and a file as a link", async () => {
        const result = await client.call("execute_code", { code: CHART });
        expect(result.structuredContent).toMatchObject({ success: true, output: "drawn\n" });
        const image = result.content.find(({ type }) => type === "image");
        expect(image).toMatchObject({ mimeType: "image/png" });
        const bytes = Buffer.from(String(image?.["data"]), "base64");
        expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1A\n");
        const link = result.content.find(({ name }) => name === "sums.csv");
        expect(link).toMatchObject({ type: "resource_link", mimeType: "text/csv", size: 3 });
        expect(await (await fetch(String(link?.["uri"]))).text()).toBe("a,b");
        const [content] = await client.read(String(link?.["uri"]));
        expect(Buffer.from(String(content?.["blob"]), "base64").toString()).toBe("a,b");
      });

      it("hears how long a program has been running", async () => {
        const heard: number[] = [];
        const code = "import time\ntime.sleep(3.5)\nprint('late')";
        const result = await client.call(
          "execute_code",
          { code },
          { onprogress: ({ progress }) => heard.push(progress) },
        );
        expect(result.structuredContent).toMatchObject({ output: "late\n" });
        expect(heard.length).toBeGreaterThanOrEqual(1);
        expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
      });

      it("ends a program that it cancels", async () => {
        const leave = new AbortController();
        const mark = `leaves-${process.pid}-${Date.now()}`;
        const code = sleepMarked(mark, 29);
        const call = client.call("execute_code", { code, timeout: 30 }, { signal: leave.signal });
        const ended = () =>
          served.server().logs().split('"operation":"execute_code","code":"client_closed_request"').length;
        const before = ended();
        const left = expect(call).rejects.toThrow();
        await waitUntil(() => countProcesses(mark) > 0);
        leave.abort();
        await left;
        await waitUntil(() => ended() > before);
        // By itself it ends later.
        await waitUntil(() => countProcesses(mark) === 0, 20_000);
      });
    });
  });
});

/** Calls each tool with what the ones before it answered. @returns the answers by the tools' names, of which none is an error */
async function callEveryTool(
  client: ConnectedClient,
  library: string,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const answers = new Map<string, Readonly<Record<string, unknown>>>();
  const call = async (name: string, given: Record<string, unknown> = {}) => {
    const { isError, content, structuredContent = {} } = await client.call(name, given);
    if (isError) throw new Error(`${name}: ${JSON.stringify(content)}`);
    answers.set(name, structuredContent);
    return structuredContent;
  };
  const code = "open('a.txt', 'w').write('b')\nprint(42)";
  const ran = await call("execute_code", {
    code,
    idempotency_key: `every-tool-${library.replaceAll(" ", "-")}`,
  });
  const { execution_id } = ran;
  await call("get_execution", { execution_id });
  await call("list_executions");
  const [, token] = /\/files\/([^/]+)\//.exec(JSON.stringify(ran["files"])) ?? [];
  await call("get_file", { token, name: "a.txt" });
  await call("cancel_execution", { execution_id });
  await call("list_languages");
  const { query_id } = await call("query_bigquery", { sql: "SELECT 1 AS one", wait_seconds: 0 });
  await call("get_query", { query_id, wait_seconds: 40 });
  const endless = await call("query_bigquery", { sql: ENDLESS, wait_seconds: 0 });
  await call("cancel_query", { query_id: endless["query_id"] });
  await call("list_datasets");
  await call("list_tables", { dataset: "sales" });
  await call("describe_table", { dataset: "sales", table: "customers" });
  await call("check_health");
  await call("search", { query: "customers" });
  await call("fetch", { id: "warehouse://demo/sales/customers" });
  return answers;
}
