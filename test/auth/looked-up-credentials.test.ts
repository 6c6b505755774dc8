import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { AuditEvent } from "#shared/audit/audit-trail.ts";
import { createApiKey } from "#shared/auth/create-api-key.ts";
import type { Database } from "#shared/database/database.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../support/start-postgres.ts";
import { waitUntil } from "../support/wait-until.ts";
import { addKey, addToken, CLIENT, inSeconds } from "./database-with.fixture.ts";
import { BASE_URL, CONFIGURED_KEY, type ServedGate, serveGate } from "./serve-gate.fixture.ts";

const METADATA = `resource_metadata="${BASE_URL}/mcp/.well-known/oauth-protected-resource"`;

let postgres: PostgresServer;
let opened: OpenDatabase;
let database: Database;
let gate: ServedGate;
let events: AuditEvent[];

describeWith("postgres", "credentials that are looked up", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    opened = createPostgresDatabase({
      url: await postgres.createDatabase(),
      logger: createLogger({}, () => undefined),
    });
    database = opened.database;
  }, 120_000);
  afterAll(async () => {
    await opened.close();
    await postgres.stop();
  }, 60_000);
  beforeEach(async () => {
    events = [];
    gate = await serveGate({
      database,
      auditTrail: {
        record: async (event) => {
          events.push(event);
        },
      },
    });
  });
  afterEach(() => gate.stop());

  it("let in by a key that the owner made, under the key's own name and scopes", async () => {
    const { id, key } = await addKey(database, { scopes: ["execute", "of-a-newer-version"] });
    const { status, body } = await gate.ask(key);
    expect(status).toBe(200);
    expect(body.principal).toEqual({
      id: `stored-key:${id}`,
      name: "laptop",
      client: null,
      scopes: ["execute"],
    });
    expect((await gate.ask(null, "/execute/who", { "x-api-key": key })).status).toBe(200);
    expect(gate.logs()).not.toContain(key);
  });

  it("note when a key and a client were used", async () => {
    const { id, key } = await addKey(database);
    await database
      .insertInto("oauthClientUses")
      .values({
        clientId: CLIENT,
        name: "ChatGPT",
        host: "chatgpt.com",
        kind: "cimd",
        pinnedRedirectUri: null,
        approvedScopes: [],
        lastUsedAt: null,
      })
      .execute();
    await gate.ask(key);
    await gate.ask((await addToken(database)).token);
    await waitUntil(async () => {
      const ofKey = await database
        .selectFrom("apiKeys")
        .select("lastUsedAt")
        .where("id", "=", id)
        .executeTakeFirst();
      const ofClient = await database.selectFrom("oauthClientUses").select("lastUsedAt").executeTakeFirst();
      return ofKey?.lastUsedAt != null && ofClient?.lastUsedAt != null;
    });
  });

  it("let in by an access token, for the owner through the client", async () => {
    const { token } = await addToken(database);
    const { status, body } = await gate.ask(token);
    expect(status).toBe(200);
    expect(body.principal).toEqual({
      id: `oauth:owner:${CLIENT}`,
      name: "owner",
      client: CLIENT,
      scopes: ["execute", "query"],
    });
    expect(gate.logs()).toContain(`"client":"${CLIENT}"`);
    expect(gate.logs()).not.toContain(token);
  });

  it.each([
    ["a key that was revoked", async () => (await addKey(database, { revokedAt: inSeconds(-1) })).key],
    ["a key that has expired", async () => (await addKey(database, { expiresAt: inSeconds(-1) })).key],
    ["a key that nobody made", async () => createApiKey()],
    ["a token that has expired", async () => (await addToken(database, { expiresAt: inSeconds(-1) })).token],
    ["a token without an end", async () => (await addToken(database, { expiresAt: null })).token],
    ["a token that was used up", async () => (await addToken(database, { consumedAt: inSeconds(-1) })).token],
    ["a token whose grant is gone", async () => (await addToken(database, { granted: false })).token],
    [
      "a token for another resource",
      async () => (await addToken(database, { payload: { aud: "https://elsewhere.example/mcp" } })).token,
    ],
    [
      "a token for another path",
      async () => (await addToken(database, { payload: { aud: BASE_URL } })).token,
    ],
    [
      "a token for several resources",
      async () => (await addToken(database, { payload: { aud: [`${BASE_URL}/mcp`] } })).token,
    ],
    [
      "a token of no account",
      async () => (await addToken(database, { payload: { accountId: undefined } })).token,
    ],
    ["the name of a grant", async () => (await addToken(database)).grantId],
    ["a token that nobody made", async () => "t".repeat(43)],
  ])("refuse %s: 401 that makes a client refresh, with the way to sign in", async (_what, credential) => {
    const { status, headers, body } = await gate.ask(await credential());
    expect([status, body.code]).toEqual([401, "unauthenticated"]);
    expect(headers.get("www-authenticate")).toBe(
      `Bearer realm="code and warehouse", error="invalid_token", scope="execute", ${METADATA}`,
    );
  });

  it("say where to sign in when no credential came, and no error (RFC 6750 §3.1)", async () => {
    const { status, headers } = await gate.ask(null);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe(
      `Bearer realm="code and warehouse", scope="execute", ${METADATA}`,
    );
  });

  it("tell a mistyped key, without asking the database", async () => {
    const key = createApiKey();
    const mistyped = `${key.slice(0, 20)}${key[20] === "x" ? "y" : "x"}${key.slice(21)}`;
    const { status, body } = await gate.ask(mistyped);
    expect(status).toBe(401);
    expect(body.error).toContain("typo");
    expect((await gate.ask(createApiKey())).body.error).not.toContain("typo");
  });

  it.each([
    ["/execute/ask", ["execute"], "query"],
    ["/execute/write", ["execute", "query"], "query:write"],
    ["/execute/who", ["query"], "execute"],
    ["/execute/who", [], "execute"],
  ])("that lack a scope get 403 at %s and learn which", async (path, scopes, missing) => {
    const { key } = await addKey(database, { scopes });
    const { token } = await addToken(database, { payload: { scope: scopes.join(" ") || undefined } });
    for (const credential of [key, token]) {
      const { status, headers, body } = await gate.ask(credential, path);
      expect([status, body.code]).toEqual([403, "insufficient_scope"]);
      expect(body.error).toContain(`"${missing}"`);
      expect(headers.get("www-authenticate")).toBe(
        `Bearer realm="code and warehouse", error="insufficient_scope", scope="${missing}", ${METADATA}`,
      );
    }
  });

  it("are counted each by itself: 429 for one, not for the other", async () => {
    const [one, other] = [await addKey(database), await addKey(database)];
    for (let n = 0; n < 3; n++) expect((await gate.ask(one.key, "/execute/limited")).status).toBe(200);
    const { status, headers } = await gate.ask(one.key, "/execute/limited");
    expect(status).toBe(429);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await gate.ask(other.key, "/execute/limited")).status).toBe(200);
  });

  it("are written down with what they did, also when they might not", async () => {
    const { token } = await addToken(database);
    const { key } = await addKey(database, { scopes: ["execute"] });
    await gate.ask(token, "/execute/noted");
    await gate.ask(key, "/execute/noted");
    await gate.ask(token, "/execute/who");
    await gate.ask("t".repeat(43), "/execute/noted");
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      principalId: `oauth:owner:${CLIENT}`,
      client: CLIENT,
      outcome: "ok",
      status: 200,
    });
    expect(events[1]).toMatchObject({ principalName: "laptop", outcome: "insufficient_scope", status: 403 });
  });

  it("are good for nothing without a database, which 401 then says without a way to sign in", async () => {
    const { key } = await addKey(database);
    const bare = await serveGate({});
    try {
      const { status, headers } = await bare.ask(key);
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).not.toContain("resource_metadata");
      expect((await bare.ask(CONFIGURED_KEY)).status).toBe(200);
    } finally {
      await bare.stop();
    }
  });

  it("are neither good nor bad while the database is away: 503, and keys of the settings go on", async () => {
    const { key } = await addKey(database);
    const { token } = await addToken(database);
    await postgres.halt("immediate");
    try {
      for (const credential of [key, token]) {
        const { status, headers, body } = await gate.ask(credential);
        expect([status, body.code, body.retryable]).toEqual([503, "storage_unavailable", true]);
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      }
      expect((await gate.ask(CONFIGURED_KEY)).status).toBe(200);
      expect((await gate.ask("too-short-for-anything")).status).toBe(401);
    } finally {
      await postgres.start();
    }
    await waitUntil(async () => (await gate.ask(key)).status === 200);
    expect((await gate.ask(token)).status).toBe(200);
  }, 120_000);
});
