import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { isWholeApiKey } from "#shared/auth/create-api-key.ts";
import { createStoredKeyLookup } from "#shared/auth/stored-keys.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, type Fields, type Visitor } from "./browse.ts";
import { PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const OWNER = "/oauth/owner";
const SIGN_IN = "/oauth/owner/sign-in";
const NOBODY = "00000000-0000-4000-8000-000000000000";
const DAY_MS = 24 * 3_600_000;

describeWith("postgres", "the owner's page", () => {
  let served: ServedPages;
  let owner: Visitor;
  const keys = () => createApiKeyStore(served.database);
  const lookUp = (key: string) => {
    const options = { resource: `${served.url}/mcp`, signal: AbortSignal.timeout(10_000) };
    return createStoredKeyLookup(served.database).lookUp(key, options);
  };

  beforeAll(async () => {
    served = await serveOwnerPages();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    for (const table of ["apiKeys", "oauthClientUses", "oauthRecords", "auditEvents"] as const)
      await served.database.deleteFrom(table).execute();
    await served.setPassphrase();
    owner = createVisitor(await served.serveAgain());
    await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    served.events.length = 0;
  });

  const send = (path: string, fields: Fields = {}) => owner.submit(OWNER, OWNER + path, fields);
  const keyOf = (text: string) => /codex_[\w-]+/.exec(text)?.[0] ?? "";

  it("makes a key that works, with the scopes and the end that were chosen, and shows it once", async () => {
    const before = Date.now();
    const answer = await send("/keys", {
      name: "  night\tjob ",
      scope: ["query", "query:write", "query"],
      lifetime: "30",
    });
    const key = keyOf(answer.text);
    expect(isWholeApiKey(key)).toBe(true);
    const found = await lookUp(key);
    expect(found?.principal).toMatchObject({ name: "night job", scopes: ["query", "query:write"] });
    const left = (found?.expiresAt?.getTime() ?? 0) - before;
    expect(Math.abs(left - 30 * DAY_MS)).toBeLessThan(60_000);
    const page = await owner.get(OWNER);
    expect(page.text).toContain("night job");
    expect(page.text).not.toContain(key);
    expect(JSON.stringify(await served.database.selectFrom("apiKeys").selectAll().execute())).not.toContain(
      key,
    );
    expect(served.events).toMatchObject([{ operation: "create_key", outcome: "ok" }]);
  });

  it("makes a key without an end when that was chosen", async () => {
    await send("/keys", { name: "forever", scope: "execute", lifetime: "never" });
    expect(await keys().list()).toMatchObject([{ name: "forever", scopes: ["execute"], expiresAt: null }]);
  });

  it.each<readonly [string, Fields, string]>([
    ["no name", { name: " " }, "1 to 64 characters"],
    ["a name of 65 characters", { name: "x".repeat(65) }, "1 to 64 characters"],
    ["a name with control characters", { name: "a\u0000b" }, "1 to 64 characters"],
    ["a name that turns the text around", { name: "a\u202Eb" }, "1 to 64 characters"],
    ["nothing that it may do", { scope: [] }, "Tick at least one thing"],
    ["a made-up scope", { scope: "admin" }, "Tick at least one thing"],
    ["a made-up end", { lifetime: "100000" }, "how long the key works"],
  ])("makes no key with %s, and says what is wrong", async (_title, fields, sentence) => {
    const answer = await send("/keys", { name: "a key", scope: "query", lifetime: "30", ...fields });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(sentence);
    expect(answer.text).toContain("<details open>");
    expect(await keys().list()).toEqual([]);
  });

  it("makes no more than 200 live keys", async () => {
    for (let made = 0; made < 200; made += 1)
      await keys().create({ name: "x", scopes: ["query"], expiresAt: null });
    const answer = await send("/keys", { name: "one more", scope: "query", lifetime: "30" });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain("There are 200 keys already");
  }, 60_000);

  it("renames a key and revokes it; a revoked one can be neither", async () => {
    const { key, stored } = await keys().create({ name: "old", scopes: ["query"], expiresAt: null });
    expect((await send(`/keys/${stored.id}/rename`, { name: "new" })).location).toBe(`${OWNER}?done=renamed`);
    expect((await owner.get(`${OWNER}?done=renamed`)).text).toContain("The key has its new name.");
    expect((await send(`/keys/${stored.id}/revoke`)).location).toBe(`${OWNER}?done=revoked`);
    expect(await lookUp(key)).toBeNull();
    expect(await keys().list()).toMatchObject([{ name: "new" }]);
    expect((await owner.get(OWNER)).text).toMatch(/<b>new<\/b> <span class="small">revoked/);
    const csrf = { csrf: /name="csrf" value="([^"]+)"/.exec((await owner.get(OWNER)).text)?.[1] ?? "" };
    for (const path of [`/keys/${stored.id}/revoke`, `/keys/${NOBODY}/revoke`])
      expect((await owner.post(OWNER + path, csrf)).status).toBe(404);
    expect((await owner.post(`${OWNER}/keys/${stored.id}/rename`, { ...csrf, name: "again" })).status).toBe(
      404,
    );
  });

  it("revokes all keys after a leak", async () => {
    for (const name of ["one", "two", "three"])
      await keys().create({ name, scopes: ["query"], expiresAt: null });
    expect((await send("/keys/revoke-all")).location).toBe(`${OWNER}?done=all-revoked`);
    expect((await keys().list()).filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
  });

  it("shows a client with what it may do, and disconnects it with everything that it was given", async () => {
    await connect("one", "App One");
    await connect("two", "App Two");
    const page = await owner.get(OWNER);
    for (const part of ["App One", "one.example", "query:write", "not used yet"])
      expect(page.text).toContain(part);
    expect((await send("/clients/revoke", { client: "one" })).location).toBe(`${OWNER}?done=disconnected`);
    const left = await served.database.selectFrom("oauthRecords").select("grantId").execute();
    expect(left.map(({ grantId }) => grantId)).toEqual(["grant-two", "grant-two"]);
    expect((await owner.get(OWNER)).text).not.toContain("App One");
    expect((await send("/clients/revoke", { client: "one" })).status).toBe(404);
  });

  it("revokes everything: apps, keys and other browsers, but not the one that the owner uses", async () => {
    await connect("one", "App One");
    await keys().create({ name: "key", scopes: ["query"], expiresAt: null });
    const other = createVisitor(owner.url);
    await other.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    const before = owner.cookies.get("owner");
    expect((await send("/revoke-everything")).location).toBe(`${OWNER}?done=everything`);
    expect((await keys().list())[0]?.revokedAt).not.toBeNull();
    expect(await served.database.selectFrom("oauthClientUses").selectAll().execute()).toEqual([]);
    expect(await served.database.selectFrom("oauthRecords").selectAll().execute()).toEqual([]);
    expect((await other.get(OWNER)).status).toBe(303);
    expect((await owner.get(OWNER)).status).toBe(200);
    expect(owner.cookies.get("owner")).not.toBe(before);
  });

  it("signs out other browsers", async () => {
    const other = createVisitor(owner.url);
    await other.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    await send("/sign-out-others");
    expect((await other.get(OWNER)).status).toBe(303);
    expect((await owner.get(OWNER)).status).toBe(200);
  });

  it("changes the passphrase for who knows the one before", async () => {
    const fresh = { passphrase: "a completely new one", again: "a completely new one" };
    const wrong = await send("/passphrase", { current: "not this one at all", ...fresh });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain("The passphrase now is another one.");
    expect((await send("/passphrase", { current: PASSPHRASE, ...fresh, again: "x" })).text).toContain(
      "not the same",
    );
    expect((await send("/passphrase", { current: PASSPHRASE, ...fresh })).location).toBe(
      `${OWNER}?done=passphrase`,
    );
    const again = createVisitor(owner.url);
    expect((await again.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE })).status).toBe(401);
    expect((await again.submit(SIGN_IN, SIGN_IN, { passphrase: fresh.passphrase })).status).toBe(303);
  }, 60_000);

  it("shows what was done, the newest first, 50 on a page", async () => {
    for (let at = 1; at <= 60; at += 1)
      await note({ operation: `operation-${at}`, outcome: at === 60 ? "query_failed" : "ok" });
    const first = await owner.get(`${OWNER}/activity`);
    expect(first.text.indexOf("operation-60")).toBeLessThan(first.text.indexOf("operation-59"));
    expect(first.text).toContain('<span class="bad">query_failed</span>');
    expect(first.text).not.toContain("operation-10<");
    const older = /href="([^"]+before=\d+)"/.exec(first.text)?.[1] ?? "";
    const second = await owner.get(older);
    expect(second.text).toContain("operation-10<");
    expect(second.text).not.toContain("operation-11<");
    expect(second.text).not.toMatch(/before=/);
  });

  it.each(["-1", "x", "1e9", "9".repeat(40), "1;drop table owner"])(
    "shows the newest events for a place that cannot be: %s",
    async (before) => {
      await note({ operation: "list_tables", outcome: "ok" });
      const answer = await owner.get(`${OWNER}/activity?before=${encodeURIComponent(before)}`);
      expect(answer.status).toBe(200);
      expect(answer.text).toContain("list_tables");
    },
  );

  async function note(event: { readonly operation: string; readonly outcome: string }): Promise<void> {
    const caller = {
      principalId: "x",
      principalName: "laptop",
      client: null,
      status: 200,
      durationMs: 5,
      requestId: "r",
    };
    const none = { costUsd: null, bytes: null, textSha256: null, textBytes: null, text: null };
    await served.database
      .insertInto("auditEvents")
      .values({ ...caller, ...none, ...event })
      .execute();
  }

  async function connect(clientId: string, name: string): Promise<void> {
    const use = {
      clientId,
      name,
      host: `${clientId}.example`,
      kind: "cimd" as const,
      pinnedRedirectUri: null,
    };
    await served.database
      .insertInto("oauthClientUses")
      .values({ ...use, approvedScopes: ["query", "query:write"], lastUsedAt: null })
      .execute();
    const record = {
      payload: JSON.stringify({ clientId }),
      uidHash: null,
      userCodeHash: null,
      consumedAt: null,
      expiresAt: null,
    };
    for (const kind of ["Grant", "RefreshToken"]) {
      const place = { kind, idHash: `${kind}-${clientId}`, grantId: `grant-${clientId}` };
      await served.database
        .insertInto("oauthRecords")
        .values({ ...record, ...place })
        .execute();
    }
  }
});
