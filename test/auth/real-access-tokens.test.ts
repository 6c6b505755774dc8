import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CHATGPT, getCode, redeem, refresh } from "../functions/oauth/support/chatgpt.ts";
import { describeOnDatabases } from "../functions/oauth/support/databases.ts";
import { serveOauth, type TestServer } from "../functions/oauth/support/serve-oauth.ts";
import { postForm } from "../functions/oauth/support/token-request.ts";
import { type ServedGate, serveGate } from "./serve-gate.fixture.ts";

let oauth: TestServer;
let gate: ServedGate;

describeOnDatabases("an access token that the authorization server made", (databases) => {
  beforeAll(async () => {
    oauth = await serveOauth({ database: databases().first, chatgpt: CHATGPT });
    gate = await serveGate({ database: databases().second }, { publicBaseUrl: oauth.url });
  });
  afterAll(() => Promise.all([oauth?.close(), gate?.stop()]));

  it("lets ChatGPT in elsewhere, for the owner and with what the owner allowed", async () => {
    const { body } = await redeem(oauth, await getCode(oauth, { scope: "query" }));
    const { status, body: answer } = await gate.ask(body.access_token ?? "", "/execute/ask");
    expect(status).toBe(200);
    expect(answer.principal).toEqual({
      id: `oauth:owner:${CHATGPT.clientId}`,
      name: "owner",
      client: CHATGPT.clientId,
      scopes: ["query"],
    });
    expect((await gate.ask(body.access_token ?? "", "/execute/write")).status).toBe(403);
  });

  it("is refused when it was revoked there, and the client cannot refresh it", async () => {
    const { body } = await redeem(oauth, await getCode(oauth));
    const client = { client_id: CHATGPT.clientId, client_secret: CHATGPT.clientSecret };
    await postForm(oauth, "/revoke", { ...client, token: body.refresh_token ?? "" });
    const { status, headers } = await gate.ask(body.access_token ?? "");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect((await refresh(oauth, body.refresh_token ?? "")).status).toBe(400);
  });

  it("is one of a refresh too, and a refresh token or a code is none", async () => {
    const code = await getCode(oauth);
    const { body } = await redeem(oauth, code);
    const refreshed = await refresh(oauth, body.refresh_token ?? "");
    expect((await gate.ask(refreshed.body.access_token ?? "")).status).toBe(200);
    expect((await gate.ask(refreshed.body.refresh_token ?? "")).status).toBe(401);
    expect((await gate.ask(code)).status).toBe(401);
  });

  it("is good for nothing once its code was redeemed twice", async () => {
    const code = await getCode(oauth);
    const { body } = await redeem(oauth, code);
    expect((await redeem(oauth, code)).status).toBe(400);
    expect((await gate.ask(body.access_token ?? "")).status).toBe(401);
  });
});
