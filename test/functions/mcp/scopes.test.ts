import { afterEach, describe, expect, it } from "@jest/globals";
import type { Scope } from "#shared/contract/scopes.ts";
import { messageOf, sendModern, sendRaw } from "./raw.ts";
import { type ServedMcp, serveMcp } from "./serve-mcp.fixture.ts";

describe("the endpoint", () => {
  let served: ServedMcp;
  afterEach(() => served.stop());

  const metadata = () => `resource_metadata="${served.url}/mcp/.well-known/oauth-protected-resource"`;

  it.each([
    ["without a credential", "", ""],
    ["with a token that is not good here", "Bearer made-up", 'error="invalid_token", '],
    ["with another scheme", "Basic YTpi", 'error="invalid_token", '],
  ])("answers 401 %s and says where to sign in, for what", async (_name, authorization, error) => {
    served = await serveMcp(["execute", "query"]);
    const response = await sendModern(served, "tools/list", {}, { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="code and warehouse", ${error}scope="execute query", ${metadata()}`,
    );
  });

  it("publishes the metadata of its resource at every place where clients look", async () => {
    served = await serveMcp([]);
    for (const path of ["/mcp/.well-known", "/.well-known"]) {
      const response = await fetch(`${served.url}${path}/oauth-protected-resource`);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        resource: `${served.url}/mcp`,
        authorization_servers: [`${served.url}/oauth`],
        scopes_supported: ["execute", "query"],
        bearer_methods_supported: ["header"],
        resource_name: "Code and Warehouse",
        resource_documentation: `${served.url}/docs`,
      });
    }
  });

  it.each([
    ["execute", "query_bigquery", "query"],
    ["execute", "search", "query"],
    ["execute", "list_datasets", "query"],
    ["query", "execute_code", "execute"],
    ["query", "cancel_execution", "execute"],
    ["query:write", "fetch", "query"],
  ] as const)("answers 403 to one who may %s and calls %s", async (has, name, needs) => {
    served = await serveMcp([has]);
    const response = await sendModern(served, "tools/call", { name, arguments: {} });
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="code and warehouse", error="insufficient_scope", scope="${needs}", ${metadata()}`,
    );
    expect((await messageOf(response)).error).toMatchObject({ data: { code: "insufficient_scope" } });
  });

  it("answers 403 to a batch of which one message is not allowed, and does none", async () => {
    served = await serveMcp(["execute"]);
    let calls = 0;
    served.answerWith((_request, response) => {
      calls += 1;
      response.end("{}");
    });
    const toCall = (name: string, id: number) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name, arguments: { code: "1", sql: "SELECT 1" } },
    });
    const response = await sendRaw(served, [toCall("execute_code", 1), toCall("query_bigquery", 2)]);
    expect([response.status, calls]).toEqual([403, 0]);
  });

  it("lists every tool to everybody, and no dataset to those who may not read the warehouse", async () => {
    served = await serveMcp(["execute"]);
    const { result } = await messageOf(await sendModern(served, "tools/list"));
    expect(result?.["tools"]).toHaveLength(15);
    const listed = await messageOf(await sendModern(served, "resources/list"));
    expect(listed.result).toMatchObject({ resources: [] });
    const read = await sendModern(served, "resources/read", { uri: "warehouse://demo/sales" });
    expect(read.status).toBe(403);
  });

  async function annotationsOf(scopes: readonly Scope[]): Promise<ReadonlyMap<string, unknown>> {
    served = await serveMcp(scopes);
    const { result } = await messageOf(await sendModern(served, "tools/list"));
    const tools = result?.["tools"] as readonly { name: string; annotations: unknown }[];
    return new Map(tools.map(({ name, annotations }) => [name, annotations]));
  }

  it("marks statements as harmless for those who only read", async () => {
    const annotations = await annotationsOf(["query"]);
    expect(annotations.get("query_bigquery")).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(annotations.get("cancel_execution")).toMatchObject({ readOnlyHint: false, destructiveHint: true });
    expect(annotations.get("execute_code")).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    for (const each of annotations.values()) expect(each).toMatchObject({ openWorldHint: false });
  });

  it("marks statements as destructive for those who may write", async () => {
    const annotations = await annotationsOf(["query", "query:write"]);
    expect(annotations.get("query_bigquery")).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  it("says of every tool what it needs, in both places where ChatGPT looks", async () => {
    served = await serveMcp([]);
    const { result } = await messageOf(await sendModern(served, "tools/list"));
    const tools = result?.["tools"] as readonly Record<string, unknown>[];
    for (const { name, securitySchemes, _meta, outputSchema, title, description } of tools) {
      expect([name, (_meta as Record<string, unknown>)["securitySchemes"]]).toEqual([name, securitySchemes]);
      expect(outputSchema).toMatchObject({ type: "object" });
      expect([typeof title, typeof description]).toEqual(["string", "string"]);
    }
    const schemes = new Map(tools.map(({ name, securitySchemes }) => [name, securitySchemes]));
    expect(schemes.get("execute_code")).toEqual([{ type: "oauth2", scopes: ["execute"] }]);
    expect(schemes.get("search")).toEqual([{ type: "oauth2", scopes: ["query"] }]);
    expect(schemes.get("check_health")).toEqual([{ type: "oauth2", scopes: [] }]);
  });
});
