import { describe, expect, it } from "@jest/globals";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { ask, createTestDocs } from "./create-test-docs.ts";

const docs = await createTestDocs();
const PAGES = ["/docs", "/docs/welcome"];

function directivesOf(response: Response): ReadonlyMap<string, string> {
  const policy = response.headers.get("content-security-policy") ?? "";
  return new Map(
    policy.split("; ").map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );
}

describe.each(PAGES)("%s", (path) => {
  it("lets the browser load nothing but our own files", async () => {
    const directives = directivesOf(await ask(docs, path));
    expect(Object.fromEntries(directives)).toMatchObject({
      "default-src": "'none'",
      "script-src": "'self'",
      "img-src": "'self' data:",
      "frame-ancestors": "'none'",
      "base-uri": "'none'",
      "form-action": "'none'",
    });
  });

  it("is HTML that is neither sniffed nor tells other sites where the reader was", async () => {
    const response = await ask(docs, path);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("loads only files that there are, and has no script or style of its own inside", async () => {
    const text = await (await ask(docs, path)).text();
    const loaded = [...text.matchAll(/<(?:script src|link rel="stylesheet" href)="([^"]+)"/g)].map(
      ([, file]) => file,
    );
    const known = docs.routes.map((route) => route.path);
    expect(loaded.length).toBeGreaterThan(1);
    expect(known).toEqual(expect.arrayContaining(loaded));
    expect(text).not.toMatch(/<script(?! src=)|<style| style=| on[a-z]+=/);
  });

  it("puts the path of the public address before its own links", async () => {
    const text = await (await ask(docs, path, { baseUrl: "https://example.org/tools/" })).text();
    const links = [...text.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !link?.startsWith("/tools/"))).toEqual([]);
  });
});

describe("/docs", () => {
  it("may call the public address and this server, nothing else", async () => {
    const directives = directivesOf(await ask(docs, "/docs", { baseUrl: "https://example.org/tools" }));
    expect(directives.get("connect-src")).toBe("'self' https://example.org");
  });
});

describe("/docs/welcome", () => {
  it("shows the addresses to paste", async () => {
    const text = await (await ask(docs, "/docs/welcome")).text();
    for (const url of [
      "https://example.org/mcp",
      "https://example.org/docs/openapi.yaml",
      "https://example.org",
      "https://example.org/health",
    ]) {
      expect(text).toContain(`<code data-copy>${url}</code>`);
    }
  });

  it("lists every operation", async () => {
    const text = await (await ask(docs, "/docs/welcome")).text();
    for (const { path, summary } of OPERATIONS) {
      expect(text).toContain(path);
      expect(text).toContain(summary);
    }
  });

  it("warns that ChatGPT cannot reach an address without https", async () => {
    const local = await (await ask(docs, "/docs/welcome", { baseUrl: "http://127.0.0.1:8080" })).text();
    const secure = await (await ask(docs, "/docs/welcome")).text();
    expect(local).toContain("PUBLIC_BASE_URL");
    expect(secure).not.toContain("PUBLIC_BASE_URL");
  });
});
