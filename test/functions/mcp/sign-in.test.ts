import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Visitor } from "../oauth/pages/browse.ts";
import { CALLBACK, createProvider } from "./oauth-provider.ts";
import { type OwnedServer, serveOwner } from "./serve-owner.fixture.ts";
import { createModern, SIGNING_LIBRARIES, type SigningClient } from "./sign-in-clients.ts";

const TIMEOUT_MS = 180_000;

describe("signing in through the real pages", () => {
  let served: OwnedServer;
  let owner: Visitor;
  const connected: SigningClient[] = [];

  beforeAll(async () => {
    served = await serveOwner();
    owner = await served.signIn();
  }, TIMEOUT_MS);
  afterAll(() => served?.stop(), TIMEOUT_MS);

  const allow = (asked: URL | null, scope: readonly string[], who = owner): Promise<URL> =>
    served.allow(who, asked, CALLBACK, scope);

  describe.each(SIGNING_LIBRARIES)("a client of %s", (library, create) => {
    const provider = createProvider(`A client of ${library}`);
    let client: SigningClient;

    it(
      "discovers the sign-in, registers, is let in, and calls a tool",
      async () => {
        client = create(provider, served.server().url);
        connected.push(client);
        await expect(client.connect()).rejects.toThrow();
        const asked = provider.asked();
        expect(asked?.pathname).toBe("/oauth/authorize");
        expect(asked?.searchParams.get("resource")).toBe(`${served.server().url}/mcp`);
        expect(asked?.searchParams.get("scope")).toBe("execute query");
        expect(asked?.searchParams.get("code_challenge_method")).toBe("S256");
        await client.finish(await allow(asked, ["execute", "query"]));
        await client.connect();
        expect(await client.call("query_bigquery", { sql: "SELECT 1 AS one" })).toMatchObject({
          structuredContent: { data: [{ one: 1 }] },
        });
      },
      TIMEOUT_MS,
    );

    it(
      "goes on with a new token when the old one is not good any more",
      async () => {
        const before = provider.tokens();
        expect(before?.refresh_token).toBeDefined();
        if (before) provider.saveTokens({ ...before, access_token: "expired" });
        expect(await client.call("check_health", {})).toMatchObject({
          structuredContent: { status: "healthy" },
        });
        expect(provider.tokens()?.access_token).not.toBe("expired");
        expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token);
      },
      TIMEOUT_MS,
    );
  });

  it(
    "goes on with every client after the server has started anew",
    async () => {
      await served.restart();
      expect(connected).toHaveLength(2);
      for (const client of connected) {
        expect(await client.call("list_datasets", {})).toMatchObject({
          structuredContent: { datasets: expect.any(Array) },
        });
        await client.close();
      }
    },
    TIMEOUT_MS,
  );

  it(
    "a token that may only query is told what it lacks, and a forged one where to sign in",
    async () => {
      const provider = createProvider("Only queries");
      const client = createModern(provider, served.server().url);
      await expect(client.connect()).rejects.toThrow();
      await client.finish(await allow(provider.asked(), ["query"]));
      const ask = (token: string, name: string) =>
        served.server().request("/mcp", {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
          },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "tools/call",
            params: { name, arguments: {} },
          }),
        });
      const token = provider.tokens()?.access_token ?? "";
      expect((await ask(token, "list_datasets")).status).toBe(200);
      const weak = await ask(token, "execute_code");
      expect([weak.status, weak.headers.get("www-authenticate")]).toEqual([
        403,
        expect.stringContaining('error="insufficient_scope", scope="execute"'),
      ]);
      const forged = await ask(`${token.slice(0, -4)}AAAA`, "list_datasets");
      expect([forged.status, forged.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringContaining(
          `resource_metadata="${served.server().url}/mcp/.well-known/oauth-protected-resource"`,
        ),
      ]);
    },
    TIMEOUT_MS,
  );

  it.each(SIGNING_LIBRARIES)(
    "a client of %s asks for more when a tool needs more, and then may",
    async (library, create) => {
      const provider = createProvider(`Steps up, ${library}`);
      const client = create(provider, served.server().url);
      await expect(client.connect()).rejects.toThrow();
      await client.finish(await allow(provider.asked(), ["query"]));
      await client.connect();
      await expect(client.call("list_languages", {})).rejects.toThrow();
      expect(provider.asked()?.searchParams.get("scope")?.split(" ")).toContain("execute");
      await client.finish(await allow(provider.asked(), ["execute", "query"]));
      await client.connect();
      expect(await client.call("list_languages", {})).toMatchObject({
        structuredContent: { languages: expect.any(Array) },
      });
      await client.close();
    },
    TIMEOUT_MS,
  );

  it(
    "a client that was told the name localhost gets in as well",
    async () => {
      const provider = createProvider("By another name");
      const url = served.server().url.replace("127.0.0.1", "localhost");
      const client = createModern(provider, url);
      await expect(client.connect()).rejects.toThrow();
      const asked = provider.asked();
      expect(asked?.hostname).toBe("localhost");
      const visitor = await served.signIn(url);
      await client.finish(await allow(asked, ["query"], visitor));
      await client.connect();
      expect(await client.call("check_health", {})).toMatchObject({
        structuredContent: { status: "healthy" },
      });
      await client.close();
    },
    TIMEOUT_MS,
  );
});
