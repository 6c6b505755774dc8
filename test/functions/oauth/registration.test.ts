import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sql } from "kysely";
import { approveClient, revokeClient } from "#functions/oauth/store/client-uses.ts";
import { decide } from "./support/browser.ts";
import { openPglite } from "./support/databases.ts";
import { createEndlessMinute, NO_LIMITS } from "./support/limiters.ts";
import {
  APP_CALLBACK,
  createPkce,
  getCode,
  redeem,
  register,
  toAuthorizeUrl,
} from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";
import { postForm } from "./support/token-request.ts";

let opened: Awaited<ReturnType<typeof openPglite>>;
let server: TestServer;
beforeAll(async () => {
  opened = await openPglite();
  server = await serveOauth({ database: opened.database, rateLimiter: NO_LIMITS });
}, 60_000);
afterAll(async () => {
  await server.close();
  await opened.close();
});

/** Hours until a client is removed; null for never. */
async function hoursLeft(clientId: string): Promise<number | null> {
  const { rows } = await sql<{ hours: number | null }>`
    select extract(epoch from expires_at - now())::float8 / 3600 as hours from oauth_records
    where kind = 'Client' and payload ->> 'client_id' = ${clientId}`.execute(opened.database);
  return rows[0]?.hours ?? null;
}

describe("a client that registers itself", () => {
  it("is kept for a day, and for good once the owner lets it in", async () => {
    const { body } = await register(server);
    expect(await hoursLeft(body.client_id)).toBeCloseTo(24, 0);
    await redeem(server, body.client_id, await getCode(server, body.client_id));
    expect(await hoursLeft(body.client_id)).toBeNull();
    await revokeClient(opened.database, body.client_id);
    expect(await hoursLeft(body.client_id)).toBeCloseTo(24, 0);
  });

  it("is unknown once its day is over", async () => {
    const { body } = await register(server);
    await sql`update oauth_records set expires_at = now() where payload ->> 'client_id' = ${body.client_id}`.execute(
      opened.database,
    );
    const answer = await fetch(toAuthorizeUrl(server, body.client_id), { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  });

  it("may have a secret, which is kept as a hash and needed from then on", async () => {
    const { body } = await register(server, { token_endpoint_auth_method: "client_secret_post" });
    const secret = body.client_secret ?? "";
    expect(secret.length).toBeGreaterThan(40);
    const rows = JSON.stringify(await opened.database.selectFrom("oauthRecords").selectAll().execute());
    expect(rows).not.toContain(secret);
    const code = await getCode(server, body.client_id);
    expect((await redeem(server, body.client_id, code)).body.error).toBe("invalid_client");
    expect((await redeem(server, body.client_id, code, { client_secret: `${secret}x` })).status).toBe(401);
    expect((await redeem(server, body.client_id, code, { client_secret: secret })).status).toBe(200);
    const hash = await postForm(server, "/token", {
      client_id: body.client_id,
      client_secret: `sha256:${secret}`,
    });
    expect(hash.body.error).not.toBe(undefined);
  });

  it("needs PKCE also when it has a secret", async () => {
    const { body } = await register(server, { token_endpoint_auth_method: "client_secret_basic" });
    await getCode(server, body.client_id);
    const url = toAuthorizeUrl(server, body.client_id, { code_challenge_method: null });
    const answer = await fetch(url, { redirect: "manual" });
    expect(answer.headers.get("location")).toContain("error=invalid_request");
  });

  it("needs no name", async () => {
    for (const name of [undefined, "", "\u0000", 7]) {
      expect((await register(server, { client_name: name })).status).toBe(201);
    }
  });

  it.each([
    ["cursor://anysphere.cursor-mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback"],
    ["http://127.0.0.1/", "http://127.0.0.1:33418/"],
    ["http://localhost/callback", "http://localhost:9/callback"],
  ])("may be an editor on the reader's own device, like %s", async (registered, used) => {
    const { body } = await register(server, { redirect_uris: ["https://vscode.dev/redirect", registered] });
    const { challenge } = createPkce();
    const url = toAuthorizeUrl(server, body.client_id, { redirect_uri: used, code_challenge: challenge });
    const answer = await decide(url);
    expect([answer.href.startsWith(used), answer.searchParams.has("code")]).toEqual([true, true]);
  });

  it("chooses neither its identifier nor what it may do", async () => {
    const { status, body } = await register(server, {
      client_id: "chatgpt",
      client_secret: "mine",
      scope: "execute query:write admin",
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      response_types: ["code", "token"],
      logo_uri: "http://169.254.169.254/logo",
      sector_identifier_uri: "https://inside.example.com/x",
      client_secret_expires_at: 1,
      registration_access_token: "x",
      id_token_signed_response_alg: "none",
    });
    expect(status).toBe(201);
    expect(body.client_id).toMatch(/^[\w-]{20,}$/);
    expect(Object.keys(body)).not.toContain("client_secret");
    expect(body).toMatchObject({
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: [APP_CALLBACK],
    });
    expect(JSON.stringify(body)).not.toMatch(/169\.254|inside|admin|registration_access_token/);
  });

  it.each([
    ["no redirect address", { redirect_uris: undefined }, "invalid_redirect_uri"],
    ["one in the open", { redirect_uris: ["http://app.example.com/cb"] }, "invalid_redirect_uri"],
    ["one with a fragment", { redirect_uris: ["https://app.example.com/cb#x"] }, "invalid_redirect_uri"],
    ["one with a user", { redirect_uris: ["https://a@app.example.com/cb"] }, "invalid_redirect_uri"],
    ["one with a wildcard", { redirect_uris: ["https://*.example.com/cb"] }, "invalid_redirect_uri"],
    ["one that is a script", { redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
    ["one of a program's own scheme", { redirect_uris: ["evil:/cb"] }, "invalid_redirect_uri"],
    ["one that climbs", { redirect_uris: ["https://app.example.com/a/../cb"] }, "invalid_redirect_uri"],
    ["one that is no text", { redirect_uris: [{}] }, "invalid_redirect_uri"],
    [
      "an unknown way to prove itself",
      { token_endpoint_auth_method: "tls_client_auth" },
      "invalid_client_metadata",
    ],
    ["a way that is no text", { token_endpoint_auth_method: 1 }, "invalid_client_metadata"],
    [
      "keys that are none",
      { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [1] } },
      "invalid_client_metadata",
    ],
    [
      "an address of keys in the open",
      { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "http://a.example.com/k" },
      "invalid_client_metadata",
    ],
  ])("is refused with %s", async (_what, metadata, error) => {
    const { status, body } = await register(server, metadata);
    expect([status, body["error"]]).toEqual([400, error]);
  });

  it("is refused as something that is no JSON object", async () => {
    for (const sent of ["", "{", "[]", "null", '"x"']) {
      const answer = await fetch(`${server.url}/oauth/register`, { method: "POST", body: sent });
      expect([answer.status, (await answer.json()).error]).toEqual([400, "invalid_client_metadata"]);
    }
  });
});

describe("a flood of registrations", () => {
  it("is stopped within the minute, and nobody is told that it is our fault", async () => {
    const limited = await serveOauth({ database: opened.database, rateLimiter: createEndlessMinute() });
    try {
      const answers = await Promise.all(Array.from({ length: 40 }, () => register(limited)));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(10);
      expect(refused[0]?.body["error"]).toBe("temporarily_unavailable");
      expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    } finally {
      await limited.close();
    }
  });

  it("fills no more than five hundred places, which the owner's own clients do not count against", async () => {
    await sql`delete from oauth_records where kind = 'Client'`.execute(opened.database);
    const { body } = await register(server);
    await sql`insert into oauth_records (kind, id_hash, payload, expires_at)
      select 'Client', 'flood ' || i, '{}', now() + interval '1 day' from generate_series(1, 498) i`.execute(
      opened.database,
    );
    expect((await register(server)).status).toBe(201);
    expect((await register(server)).status).toBe(429);
    const approval = { name: "App", host: "app.example.com", kind: "dcr", scopes: ["query"] } as const;
    await approveClient(opened.database, {
      ...approval,
      clientId: body.client_id,
      redirectUri: APP_CALLBACK,
    });
    expect((await register(server)).status).toBe(201);
  });

  it("is swept away when it has expired", async () => {
    await sql`update oauth_records set expires_at = now() - interval '1 minute' where id_hash like 'flood %'`.execute(
      opened.database,
    );
    const { body } = await register(server);
    await fetch(toAuthorizeUrl(server, body.client_id), { redirect: "manual" });
    const { rows } = await sql`select 1 from oauth_records where id_hash like 'flood %'`.execute(
      opened.database,
    );
    expect(rows).toEqual([]);
  });
});
