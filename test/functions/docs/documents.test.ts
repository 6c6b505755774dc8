import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { ask, createTestDocs } from "./create-test-docs.ts";

const docs = await createTestDocs();

describe("the served OpenAPI document", () => {
  it.each([
    "not a url",
    "ftp://example.org",
    "https://user:secret@example.org",
    "https://example.org/?x=1",
    "https://example.org/#x",
    "https://example.org/'$(id)'",
    "https://exa mple.org",
    "javascript:alert(1)",
    'https://example.org/"><script>',
  ])("is refused to a caller who names the address %j", async (baseUrl) => {
    await expect(ask(docs, "/docs/openapi.json", { baseUrl })).rejects.toMatchObject({
      code: "malformed_request",
    });
  });

  it.each([
    ["https://example.org", "https://example.org"],
    ["https://example.org/", "https://example.org"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["https://example.org/tools", "https://example.org/tools"],
  ])("has %s as its one server", async (baseUrl, server) => {
    const document = await (await ask(docs, "/docs/openapi.json", { baseUrl })).json();
    expect(document).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: server }],
      info: { version: "9.8.7" },
    });
  });

  it("names the server anew for each address", async () => {
    for (const baseUrl of ["https://one.example", "https://two.example", "https://one.example"]) {
      const text = await (await ask(docs, "/docs/openapi.yaml", { baseUrl })).text();
      expect(parse(text).servers).toEqual([{ url: baseUrl }]);
    }
  });

  it("says the same in YAML and in JSON", async () => {
    const yaml = await ask(docs, "/docs/openapi.yaml");
    const json = await ask(docs, "/docs/openapi.json");
    expect(yaml.headers.get("content-type")).toBe("application/yaml; charset=utf-8");
    expect(json.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const text = await yaml.text();
    const document = await json.json();
    expect(parse(text, { version: "1.2", maxAliasCount: 0 })).toEqual(document);
    expect(parse(text, { version: "1.1", maxAliasCount: 0 })).toEqual(document);
  });
});
