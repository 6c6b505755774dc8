import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { jwtVerify } from "jose";
import { createGoogleKeys } from "#shared/auth/google-keys.ts";
import { loadGoogleSettings } from "#shared/config/google-settings.ts";
import { AUDIENCE, EMAIL, type GoogleStandIn, startGoogleStandIn } from "./google-tokens.fixture.ts";
import { CONFIGURED_KEY, type ServedGate, serveGate } from "./serve-gate.fixture.ts";

const GCLOUD = "32555940559.apps.googleusercontent.com";
const SANDBOX = "sandbox@demo-project.iam.gserviceaccount.com";

let google: GoogleStandIn;
const served: ServedGate[] = [];
beforeEach(async () => {
  google = await startGoogleStandIn();
});
afterEach(async () => {
  for (const server of served.splice(0)) await server.stop();
  await google.stop();
});

async function serve(environment: Readonly<Record<string, string>> = {}): Promise<ServedGate> {
  const settings = loadGoogleSettings({
    ALLOWED_GOOGLE_PRINCIPALS: `${EMAIL}, Noor@Example.org, ${SANDBOX}`,
    PUBLIC_BASE_URL: AUDIENCE,
    GOOGLE_CLOUD_PROJECT: "demo-project",
    GOOGLE_KEYS_URL: google.url.href,
    ...environment,
  });
  const server = await serveGate({}, { google: settings });
  served.push(server);
  return server;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe("an identity token of Google", () => {
  it("of an allowed account lets in, with every scope, and the log names the account", async () => {
    const server = await serve();
    const { status, body } = await server.ask(await google.token());
    expect(status).toBe(200);
    expect(body.principal).toEqual({
      id: `google:${EMAIL}`,
      name: EMAIL,
      client: null,
      scopes: ["execute", "query", "query:write"],
    });
    expect(server.logs()).toContain(`"principal":"${EMAIL}"`);
  });

  it.each([
    ["for one function's own address", { aud: `${AUDIENCE}/query` }],
    ["from Google's other issuer name", { iss: "accounts.google.com" }],
    ["of an address written in other letters", { email: "NOOR@example.ORG" }],
    ["that expired within the minute that clocks may differ", { exp: inSeconds(-30) }],
    ["made by a clock that is half a minute fast", { iat: inSeconds(30), nbf: inSeconds(30) }],
  ])("%s lets in", async (_what, claims) => {
    const server = await serve();
    expect((await server.ask(await google.token({ claims }))).status).toBe(200);
  });

  it.each([
    ["for somebody else", { aud: "https://elsewhere.example" }],
    ["for somebody else and us", { aud: [AUDIENCE, "https://elsewhere.example"] }],
    ["for an address that only begins like ours", { aud: `${AUDIENCE}.evil.example` }],
    ["for the gcloud CLI", { aud: GCLOUD }],
    ["without an audience", { aud: undefined }],
    ["of another issuer", { iss: "https://accounts.google.com.evil.example" }],
    ["without an issuer", { iss: undefined }],
    ["that expired two minutes ago", { exp: inSeconds(-120) }],
    ["that never expires", { exp: undefined }],
    ["that is not good yet", { nbf: inSeconds(120) }],
    ["of an account that is not allowed", { email: "eve@example.org" }],
    ["without an e-mail address", { email: undefined }],
    ["of an address that Google has not verified", { email_verified: false }],
    ["of an address that says so in a text", { email_verified: "true" }],
    ["of an address in a list", { email: [EMAIL] }],
    ["of the account that programs run under, though it is allowed", { email: SANDBOX }],
  ])("%s is refused", async (_what, claims) => {
    const server = await serve();
    const { status, headers, body } = await server.ask(await google.token({ claims }));
    expect([status, body.code]).toEqual([401, "unauthenticated"]);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(body.error).toContain("identity token");
  });

  it("of gcloud lets in where the owner allows that, and so does an audience of the settings", async () => {
    const token = await google.token({ claims: { aud: GCLOUD } });
    expect((await (await serve({ ALLOW_GCLOUD_AUDIENCE: "on" })).ask(token)).status).toBe(200);
    expect(
      (await (await serve({ GOOGLE_TOKEN_AUDIENCES: `https://a.example, ${GCLOUD}` })).ask(token)).status,
    ).toBe(200);
  });

  it("is nothing where no account is allowed", async () => {
    const server = await serve({ ALLOWED_GOOGLE_PRINCIPALS: "" });
    expect((await server.ask(await google.token())).status).toBe(401);
    expect(google.fetches()).toBe(0);
  });
});

describe("a signature of a Google token", () => {
  const parts = async () => {
    const [header = "", payload = "", signature = ""] = (await google.token()).split(".");
    return { header, payload, signature };
  };

  it("that Cloud Run has removed is refused, and the answer says why", async () => {
    const server = await serve();
    const { header, payload } = await parts();
    const { status, body } = await server.ask(`${header}.${payload}.SIGNATURE_REMOVED_BY_GOOGLE`);
    expect(status).toBe(401);
    expect(body.error).toContain("has removed the signature");
  });

  it.each([
    ["none at all", async () => `${(await parts()).header}.${(await parts()).payload}.`],
    [
      "none, as the header says",
      async () => `${encode({ alg: "none", kid: "first" })}.${(await parts()).payload}.`,
    ],
    [
      "of another token",
      async () => {
        const other = (await google.token({ claims: { email: "eve@example.org" } })).split(".")[2];
        return `${(await parts()).header}.${(await parts()).payload}.${other}`;
      },
    ],
    [
      "over other claims",
      async () => {
        const { header, payload, signature } = await parts();
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
        return `${header}.${encode({ ...claims, email: "noor@example.org" })}.${signature}`;
      },
    ],
    ["by a key that is not Google's", () => google.token({ kid: "foreign", namedKid: "first" })],
    [
      "by a secret that is Google's public key",
      async () => {
        const { payload } = await parts();
        const header = encode({ alg: "HS256", kid: "first", typ: "JWT" });
        const secret = JSON.stringify(await google.publicKey("first"));
        const mac = createHmac("sha256", secret).update(`${header}.${payload}`).digest("base64url");
        return `${header}.${payload}.${mac}`;
      },
    ],
    [
      "by a key that the token itself brings",
      async () => {
        const { payload, signature } = await parts();
        const jwk = await google.publicKey("foreign");
        return `${encode({ alg: "RS256", jwk, jku: "https://evil.example/certs" })}.${payload}.${signature}`;
      },
    ],
  ])("%s is refused", async (_what, forge) => {
    const server = await serve();
    expect((await server.ask(await forge())).status).toBe(401);
  });
});

describe("Google's keys", () => {
  it("are fetched once for many tokens", async () => {
    const server = await serve();
    for (let n = 0; n < 5; n++) {
      expect((await server.ask(await google.token({ claims: { n } }))).status).toBe(200);
    }
    expect(google.fetches()).toBe(1);
  });

  it("are fetched again when a token names one that is new, and old ones are forgotten then", async () => {
    const keys = createGoogleKeys(google.url, 0);
    const isGood = async (token: string) =>
      jwtVerify(token, keys).then(
        () => true,
        () => false,
      );
    const old = await google.token();
    expect(await isGood(old)).toBe(true);
    google.publish("second");
    expect(await isGood(await google.token({ kid: "second" }))).toBe(true);
    expect(await isGood(old)).toBe(false);
  });

  it("serve on for a while when Google is away; one that is not among them is then neither good nor bad", async () => {
    const keys = createGoogleKeys(google.url, 0);
    await jwtVerify(await google.token(), keys);
    google.answer({ status: 503, body: "" });
    await expect(jwtVerify(await google.token({ kid: "second" }), keys)).rejects.toMatchObject({
      code: "google_unavailable",
    });
    await expect(jwtVerify(await google.token(), keys)).resolves.toBeDefined();
  });

  it("are not fetched for every made-up name", async () => {
    const server = await serve();
    for (let n = 0; n < 10; n++) {
      expect((await server.ask(await google.token({ namedKid: `made-up-${n}` }))).status).toBe(401);
    }
    expect(google.fetches()).toBe(1);
  });

  it.each([
    ["answered with an error", { status: 500, body: "" }],
    ["answered elsewhere", { status: 302, body: "" }],
    ["no keys", { status: 200, body: '{"keys":1}' }],
    ["not JSON", { status: 200, body: "<html>" }],
    ["endless", { status: 200, body: `{"keys":[],"x":"${"x".repeat(100_000)}"}` }],
  ])("that are %s make 503 and no 401, and keys of the settings go on", async (_what, answer) => {
    google.answer(answer);
    const server = await serve();
    const { status, headers, body } = await server.ask(await google.token());
    expect([status, body.code, body.retryable]).toEqual([503, "google_unavailable", true]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await server.ask(CONFIGURED_KEY)).status).toBe(200);
    google.answer(null);
    expect((await server.ask(await google.token())).status).toBe(200);
  });
});
