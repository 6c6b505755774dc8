import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { revokeAllClients } from "#functions/oauth/store/client-uses.ts";
import { createBrowser, decide, locationOf } from "./support/browser.ts";
import { CHATGPT, callbackOf, redeem as redeemAsChatgpt, toChatgptUrl } from "./support/chatgpt.ts";
import { openPglite } from "./support/databases.ts";
import { createEndlessMinute, NO_LIMITS } from "./support/limiters.ts";
import {
  APP_CALLBACK,
  createPkce,
  getCode,
  isActive,
  redeem,
  register,
  toAuthorizeUrl,
} from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";
import { postForm } from "./support/token-request.ts";

let opened: Awaited<ReturnType<typeof openPglite>>;
let server: TestServer;
let clientId: string;
beforeAll(async () => {
  opened = await openPglite();
  server = await serveOauth({ database: opened.database, chatgpt: CHATGPT, rateLimiter: NO_LIMITS });
  clientId = (await register(server)).body.client_id;
  // Approved, so that errors are sent to it: an unknown client's never are.
  await getCode(server, clientId);
}, 60_000);
afterAll(async () => {
  await server.close();
  await opened.close();
});

const { challenge } = createPkce();
const ask = (parameters: Record<string, string | null>) =>
  fetch(toAuthorizeUrl(server, clientId, { code_challenge: challenge, ...parameters }), {
    redirect: "manual",
  });

describe("an authorization request of an approved client is sent back", () => {
  it.each([
    ["without PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["with a challenge that is the verifier itself", { code_challenge_method: "plain" }, "invalid_request"],
    [
      "with a challenge without its method, which would mean plain",
      { code_challenge_method: null },
      "invalid_request",
    ],
    ["with an empty challenge", { code_challenge: "" }, "invalid_request"],
    ["for a token instead of a code", { response_type: "token" }, "unsupported_response_type"],
    ["for a code and a token", { response_type: "code id_token" }, "unsupported_response_type"],
    ["for another resource", { resource: "https://other.example.com/mcp" }, "invalid_target"],
    ["for a resource that only begins like this one", { resource: "RESOURCE/../x" }, "invalid_target"],
    ["for a page that posts the answer on", { response_mode: "form_post" }, "unsupported_response_mode"],
    ["for an answer in the fragment", { response_mode: "fragment" }, "unsupported_response_mode"],
    ["with a signed request", { request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
    [
      "with a request by reference",
      { request_uri: "https://app.example.com/r" },
      "request_uri_not_supported",
    ],
    ["without anybody to be asked", { prompt: "none" }, "login_required"],
  ])("%s, and the issuer says who it was", async (_what, parameters, error) => {
    const given = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        value === null ? null : value.replace("RESOURCE", server.resource),
      ]),
    );
    const answer = await ask(given);
    expect(answer.status).toBe(303);
    const location = locationOf(answer);
    expect(`${location.origin}${location.pathname}`).toBe(APP_CALLBACK);
    // Errors of response types that answer in the fragment go there as well.
    const said = new URLSearchParams(location.search || location.hash.slice(1));
    expect(said.get("error")).toBe(error);
    expect(said.get("iss")).toBe(server.issuer);
    expect(said.get("state")).toBe("a state");
    expect(said.get("code")).toBeNull();
  });
});

describe("an authorization request is answered here, and nobody is sent anywhere", () => {
  it.each([
    "https://app.example.com/callback/",
    "https://app.example.com/callback?x=1",
    "https://app.example.com/callback#x",
    "https://app.example.com/callback%2f",
    "https://app.example.com/Callback",
    "https://app.example.com/callback/../other",
    "https://app.example.com/other/../callback",
    "https://app.example.com//callback",
    "https://app.example.com:444/callback",
    "https://app.example.com:443/callback",
    "http://app.example.com/callback",
    "https://app.example.com.evil.example/callback",
    "https://evil.example/app.example.com/callback",
    "https://app.example.com@evil.example/callback",
    "https://evil.example\\@app.example.com/callback",
    "https://app.example.com\\.evil.example/callback",
    "https://аpp.example.com/callback",
    "//app.example.com/callback",
    "javascript:alert(1)//https://app.example.com/callback",
    "https://app.example.com/callback\r\nSet-Cookie: a=b",
    "",
  ])("with the redirect address %j", async (redirectUri) => {
    const answer = await ask({ redirect_uri: redirectUri });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    callbackOf("g-0123456789abcdef").replace("chatgpt.com", "chatgpt.com.evil.example"),
    callbackOf("g-0123456789abcdef").replace("chatgpt.com", "evil.example"),
    callbackOf("g-0123456789abcdef").replace("https", "http"),
    callbackOf("g-0123456789abcdef/../x"),
    callbackOf("x-0123456789abcdef"),
    `${callbackOf("g-0123456789abcdef")}?next=https://evil.example`,
    `${callbackOf("g-0123456789abcdef")}/`,
    callbackOf("g-0123456789abcdef%2f"),
    "https://chatgpt.com/aip/none-yet/oauth/callback#",
  ])("with the address %j for a GPT", async (redirectUri) => {
    await revokeAllClients(opened.database);
    const answer = await fetch(toChatgptUrl(server, { redirect_uri: redirectUri }), { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    await getCode(server, clientId);
  });

  it("of a client that nobody knows", async () => {
    const answer = await ask({ client_id: "nobody" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(await answer.text()).toContain("invalid_client");
  });

  it("of a client that the owner has not approved: its address may be a trap", async () => {
    const stranger = (await register(server)).body.client_id;
    for (const wrong of [{ prompt: "none" }, { response_type: "token" }, { code_challenge: null }]) {
      const url = toAuthorizeUrl(server, stranger, { code_challenge: challenge, ...wrong });
      const answer = await fetch(url, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    }
  });

  it("as a page that runs nothing, that no page frames, and that shows the request as text", async () => {
    const answer = await ask({ client_id: "<script>alert(1)</script>", redirect_uri: '"><img src=x>' });
    const page = await answer.text();
    expect(page).not.toMatch(/<script|<img/);
    expect(answer.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(answer.headers.get("x-frame-options")).toBe("DENY");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
});

describe("a token request is refused", () => {
  it("without the verifier of its code", async () => {
    const code = await getCode(server, clientId);
    const { verifier: _dropped, ...form } = { ...code };
    const answer = await redeem(server, clientId, { ...form, verifier: "" });
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_grant"]);
  });

  it("with another verifier, and with the challenge itself", async () => {
    const code = await getCode(server, clientId);
    for (const verifier of [createPkce().verifier, createPkce().challenge]) {
      expect((await redeem(server, clientId, { ...code, verifier })).body.error).toBe("invalid_grant");
    }
  });

  it("with a verifier for a code that was asked for without a challenge: PKCE was taken out on the way", async () => {
    const answer = await decide(toChatgptUrl(server));
    const code = answer.searchParams.get("code") ?? "";
    const { body } = await redeemAsChatgpt(server, code, { code_verifier: createPkce().verifier });
    expect(body.error).toBe("invalid_grant");
  });

  it("without a verifier when ChatGPT's client did send a challenge", async () => {
    const url = toChatgptUrl(server, { code_challenge: challenge, code_challenge_method: "S256" });
    const code = (await decide(url)).searchParams.get("code") ?? "";
    expect((await redeemAsChatgpt(server, code)).body.error).toBe("invalid_grant");
  });

  it("with another redirect address than the code was sent to, or none", async () => {
    for (const redirectUri of ["https://app.example.com/other", ""]) {
      const code = await getCode(server, clientId);
      const { status } = await redeem(server, clientId, code, { redirect_uri: redirectUri });
      expect(status).toBe(400);
    }
  });

  it("for another resource than the code", async () => {
    const code = await getCode(server, clientId);
    const { body } = await redeem(server, clientId, code, { resource: "https://other.example.com/mcp" });
    expect(body.error).toBe("invalid_target");
  });

  it("with a wrong secret, with no secret, and with a secret in the query", async () => {
    const grant = { grant_type: "authorization_code", code: "x", redirect_uri: "https://x.example" };
    for (const [path, form] of [
      ["/token", { ...grant, client_id: CHATGPT.clientId, client_secret: "wrong" }],
      ["/token", { ...grant, client_id: CHATGPT.clientId }],
      [`/token?client_id=${CHATGPT.clientId}&client_secret=${CHATGPT.clientSecret}`, grant],
    ] as const) {
      const { status, body } = await postForm(server, path, form);
      expect([400, 401]).toContain(status);
      expect(["invalid_client", "invalid_request"]).toContain(body.error);
    }
  });

  it("for a password, for the client itself, and for anything else", async () => {
    for (const grant of ["password", "client_credentials", "implicit", "urn:x"]) {
      const { status, body } = await postForm(server, "/token", { grant_type: grant, client_id: clientId });
      expect([status, body.error]).toEqual([400, "unsupported_grant_type"]);
    }
  });

  it("by GET, with a body that is too large, and with JSON that is none", async () => {
    expect((await fetch(`${server.url}/oauth/token`)).status).toBe(405);
    const send = (body: string, type: string) =>
      fetch(`${server.url}/oauth/token`, { method: "POST", body, headers: { "content-type": type } });
    expect((await send("x".repeat(40_000), "application/x-www-form-urlencoded")).status).toBe(413);
    for (const body of ["{", "[]", '{"grant_type":1}', '"x"', `{"a":"\\u0000"`, ""]) {
      const answer = await send(body, "application/json");
      expect([answer.status, (await answer.json()).error]).toEqual([400, "invalid_request"]);
    }
  });
});

it("a flood of authorization requests is stopped within the minute, before anything is kept", async () => {
  const flooded = await serveOauth({ database: opened.database, rateLimiter: createEndlessMinute() });
  try {
    const url = toAuthorizeUrl(flooded, clientId);
    const statuses: number[] = [];
    for (let round = 0; round < 16; round += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url, { redirect: "manual" })));
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const { headers } = await fetch(url, { redirect: "manual" });
    expect([headers.get("location"), Number(headers.get("retry-after")) > 0]).toEqual([null, true]);
  } finally {
    await flooded.close();
  }
}, 60_000);

describe("what a browser is told", () => {
  it("says nothing to pages of other origins where the owner decides, and lets them fetch tokens", async () => {
    const headers = { origin: "https://evil.example" };
    for (const path of ["/authorize?client_id=x", "/interaction/x", "/"]) {
      const answer = await fetch(`${server.url}/oauth${path}`, { headers, redirect: "manual" });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
    const token = await postForm(server, "/token", {}, headers);
    expect(token.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("puts line breaks of a state into nothing but the answer's own address", async () => {
    const state = "a\r\nSet-Cookie: stolen=1\r\n\r\n<script>";
    const answer = await decide(
      toAuthorizeUrl(server, clientId, { code_challenge: challenge, state }),
      {},
      createBrowser(),
    );
    expect(answer.searchParams.get("state")).toBe(state);
    expect(answer.href).not.toContain("\r");
  });

  it("keeps a decision to the browser that the request began in", async () => {
    const mine = createBrowser();
    const interaction = locationOf(
      await mine.open(toAuthorizeUrl(server, clientId, { code_challenge: challenge }).href),
    );
    const theirs = createBrowser();
    const body = new URLSearchParams({ decision: "approve" });
    expect((await theirs.open(interaction.href, { method: "POST", body })).status).toBe(404);
    const resume = locationOf(await mine.open(interaction.href, { method: "POST", body }));
    const stolen = await theirs.open(resume.href);
    expect([stolen.status, stolen.headers.get("location")]).toEqual([400, null]);
    expect(locationOf(await mine.open(resume.href)).searchParams.get("code")).not.toBeNull();
    expect((await mine.open(resume.href)).status).toBe(400);
  });

  it("tells a token's owner alone about it", async () => {
    const { body } = await redeem(server, clientId, await getCode(server, clientId));
    const other = (await register(server)).body.client_id;
    expect(await isActive(server, other, body.access_token)).toBe(false);
    await postForm(server, "/revoke", { client_id: other, token: body.access_token ?? "" });
    expect(await isActive(server, clientId, body.access_token)).toBe(true);
  });
});
