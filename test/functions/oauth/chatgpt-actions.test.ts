import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { revokeAllClients, revokeClient } from "#functions/oauth/store/client-uses.ts";
import { decide, locationOf } from "./support/browser.ts";
import {
  CALLBACK,
  CHATGPT,
  callbackOf,
  getCode,
  isActive,
  redeem,
  refresh,
  toChatgptUrl,
} from "./support/chatgpt.ts";
import { openPglite } from "./support/databases.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";
import { postForm, postJson } from "./support/token-request.ts";

describe("a client like ChatGPT's action editor", () => {
  let opened: Awaited<ReturnType<typeof openPglite>>;
  let server: TestServer;
  beforeAll(async () => {
    opened = await openPglite();
    server = await serveOauth({ database: opened.database, chatgpt: CHATGPT });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await opened.close();
  });

  it("gets in without PKCE and with a blank scope, and its state and the issuer come back", async () => {
    const url = toChatgptUrl(server);
    const answer = await decide(url);
    expect(answer.href.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(answer.searchParams.get("state")).toBe(url.searchParams.get("state"));
    expect(answer.searchParams.get("iss")).toBe(server.issuer);
    const tokens = await redeem(server, answer.searchParams.get("code") ?? "");
    expect(tokens.status).toBe(200);
    expect(tokens.body).toMatchObject({ token_type: "Bearer", scope: "execute query", expires_in: 3600 });
    expect(tokens.body.refresh_token).toMatch(/^[\w-]{43}$/);
    expect(tokens.headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    ["the secret in the body, as a form", (code: string) => redeem(server, code)],
    [
      "the secret in a Basic header",
      (code: string) =>
        postForm(
          server,
          "/token",
          { grant_type: "authorization_code", code, redirect_uri: CALLBACK },
          {
            authorization: `Basic ${Buffer.from(`${CHATGPT.clientId}:${CHATGPT.clientSecret}`).toString("base64")}`,
          },
        ),
    ],
    [
      "JSON",
      (code: string) =>
        postJson(server, "/token", {
          grant_type: "authorization_code",
          client_id: CHATGPT.clientId,
          client_secret: CHATGPT.clientSecret,
          code,
          redirect_uri: CALLBACK,
        }),
    ],
  ])("redeems a code with %s", async (_how, redeemWith) => {
    const answer = await redeemWith(await getCode(server));
    expect([answer.status, answer.body.scope]).toEqual([200, "execute query"]);
  });

  it("refreshes, and is out once it is revoked", async () => {
    const first = await redeem(server, await getCode(server));
    const second = await refresh(server, first.body.refresh_token ?? "");
    expect(second.status).toBe(200);
    expect(await isActive(server, second.body.access_token)).toBe(true);
    await revokeClient(opened.database, CHATGPT.clientId);
    expect(await isActive(server, second.body.access_token)).toBe(false);
    expect((await refresh(server, second.body.refresh_token ?? "")).body.error).toBe("invalid_grant");
  });

  it("is out with everybody else after a leak", async () => {
    const { body } = await redeem(server, await getCode(server));
    await revokeAllClients(opened.database);
    expect(await isActive(server, body.access_token)).toBe(false);
  });

  it("keeps the GPT that was approved first, on both of OpenAI's hosts, until the owner disconnects it", async () => {
    await redeem(server, await getCode(server));
    const twin = callbackOf("g-0123456789abcdef", "chat.openai.com");
    expect((await decide(toChatgptUrl(server, { redirect_uri: twin }))).origin).toBe(
      "https://chat.openai.com",
    );
    const other = callbackOf("g-ffffffffffffffff");
    const refused = await fetch(toChatgptUrl(server, { redirect_uri: other }), { redirect: "manual" });
    expect([refused.status, refused.headers.get("location")]).toEqual([400, null]);
    await revokeClient(opened.database, CHATGPT.clientId);
    expect((await decide(toChatgptUrl(server, { redirect_uri: other }))).href).toMatch(`${other}?code=`);
    await revokeClient(opened.database, CHATGPT.clientId);
  });

  it("is asked for its state where there is no PKCE: nothing else ties the answer to the request", async () => {
    await getCode(server);
    const url = toChatgptUrl(server);
    url.searchParams.delete("state");
    const answer = await fetch(url, { redirect: "manual" });
    expect(locationOf(answer).searchParams.get("error")).toBe("invalid_request");
  });

  it("is told so when the owner says no", async () => {
    const answer = await decide(toChatgptUrl(server), { decision: "deny" });
    expect(answer.searchParams.get("error")).toBe("access_denied");
    expect(answer.searchParams.get("iss")).toBe(server.issuer);
    expect(answer.searchParams.get("code")).toBeNull();
  });

  it("gets no more than the owner grants", async () => {
    const url = toChatgptUrl(server, { scope: "execute query query:write" });
    const code = (await decide(url, { scope: "query" })).searchParams.get("code") ?? "";
    expect((await redeem(server, code)).body.scope).toBe("query");
  });
});
