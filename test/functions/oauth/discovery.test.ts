import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as client from "openid-client";
import { decide } from "./support/browser.ts";
import { CHATGPT, getCode, redeem, toChatgptUrl } from "./support/chatgpt.ts";
import { openPglite } from "./support/databases.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";

const PUBLIC = "https://europe-west1-demo.cloudfunctions.net";

let opened: Awaited<ReturnType<typeof openPglite>>;
let server: TestServer;
let inCloud: TestServer;
beforeAll(async () => {
  opened = await openPglite();
  server = await serveOauth({ database: opened.database, chatgpt: CHATGPT });
  inCloud = await serveOauth({ database: opened.database, chatgpt: CHATGPT, baseUrl: PUBLIC });
}, 60_000);
afterAll(async () => {
  await inCloud.close();
  await server.close();
  await opened.close();
});

const metadataAt = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${inCloud.url}${path}`, { headers })).json();

describe("the metadata", () => {
  it.each([
    ["below the function", "/oauth/.well-known/openid-configuration"],
    ["below the function, by its OAuth name", "/oauth/.well-known/oauth-authorization-server"],
    ["where the cloud took the function's name away", "/.well-known/openid-configuration"],
    ["at the root with the issuer's path, as RFC 8414 says", "/.well-known/oauth-authorization-server/oauth"],
    ["at the root with the issuer's path, by the other name", "/.well-known/openid-configuration/oauth"],
    ["at the root", "/.well-known/oauth-authorization-server"],
  ])("is %s", async (_where, path) => {
    expect(await metadataAt(path)).toMatchObject({
      issuer: `${PUBLIC}/oauth`,
      authorization_endpoint: `${PUBLIC}/oauth/authorize`,
      token_endpoint: `${PUBLIC}/oauth/token`,
      revocation_endpoint: `${PUBLIC}/oauth/revoke`,
      introspection_endpoint: `${PUBLIC}/oauth/introspect`,
      registration_endpoint: `${PUBLIC}/oauth/register`,
      jwks_uri: `${PUBLIC}/oauth/jwks`,
      scopes_supported: ["execute", "query", "query:write"],
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      token_endpoint_auth_methods_supported: [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
      ],
    });
  });

  it("names the same issuer whatever the caller's headers say", async () => {
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.example",
    };
    const plain = await metadataAt("/oauth/.well-known/openid-configuration");
    expect(await metadataAt("/oauth/.well-known/openid-configuration", headers)).toEqual(plain);
    expect(JSON.stringify(plain)).not.toContain("evil");
  });

  it("has keys of its own, without their private parts, the same in every instance", async () => {
    const keys = await metadataAt("/oauth/jwks");
    expect(keys).toEqual({
      keys: [
        {
          kty: "OKP",
          crv: "Ed25519",
          x: expect.any(String),
          alg: "EdDSA",
          use: "sig",
          kid: expect.any(String),
        },
      ],
    });
    expect(await (await fetch(`${server.url}/oauth/jwks`)).json()).toEqual(keys);
  });

  it("may be read and used by pages of any origin, but not where the owner decides", async () => {
    const preflight = await fetch(`${server.url}/oauth/token`, {
      method: "OPTIONS",
      headers: { origin: "https://inspector.example", "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    const authorize = await fetch(`${server.url}/oauth/authorize`, {
      method: "OPTIONS",
      headers: { origin: "https://inspector.example", "access-control-request-method": "GET" },
    });
    expect(authorize.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("an answer of another issuer", () => {
  it("is told by a client that checks, as every answer says whose it is", async () => {
    const discovered = await client.discovery(
      new URL(server.issuer),
      CHATGPT.clientId,
      CHATGPT.clientSecret,
      undefined,
      {
        execute: [client.allowInsecureRequests],
      },
    );
    const url = toChatgptUrl(server);
    const expectedState = url.searchParams.get("state") ?? "";
    const answer = await decide(url);
    answer.searchParams.set("iss", "https://attacker.example/oauth");
    const about = (what: RegExp) =>
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(what) }) });
    await expect(client.authorizationCodeGrant(discovered, answer, { expectedState })).rejects.toEqual(
      about(/iss/),
    );
    answer.searchParams.delete("iss");
    await expect(client.authorizationCodeGrant(discovered, answer, { expectedState })).rejects.toEqual(
      about(/iss/),
    );
    answer.searchParams.set("iss", server.issuer);
    await expect(
      client.authorizationCodeGrant(discovered, answer, { expectedState: "another" }),
    ).rejects.toEqual(about(/state/));
    expect((await client.authorizationCodeGrant(discovered, answer, { expectedState })).access_token).toMatch(
      /\S/,
    );
  });
});

describe("cookies", () => {
  it("are for this host alone, over https alone, and out of reach of scripts, where the address is https", async () => {
    const answer = await fetch(toChatgptUrl(inCloud), { redirect: "manual" });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__(?:Secure|Host)-/);
      expect(cookie).toMatch(/; secure/i);
      expect(cookie).toMatch(/; httponly/i);
      expect(cookie).toMatch(/; samesite=lax/i);
      expect(cookie).not.toMatch(/; domain/i);
    }
    expect(answer.headers.get("location")).toMatch(`${PUBLIC}/oauth/interaction/`);
  });
});

describe("the database", () => {
  it("holds no code, token, secret or session that would let its reader in", async () => {
    const code = await getCode(server);
    const { body } = await redeem(server, code);
    const interaction = await fetch(toChatgptUrl(server), { redirect: "manual" });
    const uid = interaction.headers.get("location")?.split("/").at(-1) ?? "";
    const rows = JSON.stringify([
      await opened.database.selectFrom("oauthRecords").selectAll().execute(),
      await opened.database.selectFrom("oauthClientUses").selectAll().execute(),
    ]);
    const secrets = [code, body.access_token, body.refresh_token, uid, CHATGPT.clientSecret];
    for (const secret of secrets) {
      expect(secret?.length).toBeGreaterThan(20);
      expect(rows).not.toContain(secret);
      // Where it has a name of its own, that is its hash.
    }
    expect(rows).toContain(
      createHash("sha256")
        .update(body.access_token ?? "")
        .digest("hex"),
    );
    for (const secret of [code, body.access_token, body.refresh_token, CHATGPT.clientSecret]) {
      expect(server.logs()).not.toContain(secret);
    }
  });
});
