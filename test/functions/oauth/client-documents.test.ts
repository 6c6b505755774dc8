import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { createBrowser, decide, locationOf } from "./support/browser.ts";
import { openPglite } from "./support/databases.ts";
import { type DocumentHost, startDocumentHost } from "./support/document-host.ts";
import { NO_LIMITS } from "./support/limiters.ts";
import { createPkce, toAuthorizeUrl } from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";
import { postForm } from "./support/token-request.ts";

const ID = "https://app.example.com/oauth/client.json";
const CALLBACK = "https://app.example.com/callback";

let opened: Awaited<ReturnType<typeof openPglite>>;
let host: DocumentHost;
let server: TestServer;
beforeAll(async () => {
  opened = await openPglite();
  host = await startDocumentHost();
  const { database } = opened;
  server = await serveOauth({ database, fetchDocument: host.fetchDocument, rateLimiter: NO_LIMITS });
}, 60_000);
afterAll(async () => {
  await server.close();
  await host.close();
  await opened.close();
});

const documentOf = (id: string, more: object = {}) => ({
  client_id: id,
  client_name: "App",
  redirect_uris: [CALLBACK],
  token_endpoint_auth_method: "none",
  ...more,
});

/** A client identifier that no test before has used: documents are kept for a while. */
const createId = (name = "app.example.com") => `https://${name}/${randomUUID()}/client.json`;

const open = (id: string, parameters: Record<string, string> = {}) => {
  const { verifier, challenge } = createPkce();
  const url = toAuthorizeUrl(server, id, {
    redirect_uri: CALLBACK,
    code_challenge: challenge,
    ...parameters,
  });
  return { url, verifier };
};

const redeem = (id: string, answer: URL, verifier: string, more: Record<string, string> = {}) =>
  postForm(server, "/token", {
    grant_type: "authorization_code",
    client_id: id,
    code: answer.searchParams.get("code") ?? "",
    code_verifier: verifier,
    redirect_uri: CALLBACK,
    ...more,
  });

describe("a client that is its document's address", () => {
  it("gets in without registering, and is named by its host", async () => {
    host.put(ID, documentOf(ID));
    const { url, verifier } = open(ID);
    const browser = createBrowser();
    const page = await browser.open(locationOf(await browser.open(url.href)).href);
    expect(await page.json()).toMatchObject({
      client: { id: ID, name: "App", host: "app.example.com", kind: "cimd" },
      scopes: ["execute", "query"],
      needsConsent: true,
    });
    const answer = await decide(url);
    expect((await redeem(ID, answer, verifier)).status).toBe(200);
    expect(host.asked.filter((asked) => asked === ID)).toHaveLength(1);
  });

  it("is asked about once: the owner has agreed to the same before", async () => {
    const id = createId();
    host.put(id, documentOf(id));
    await decide(open(id).url);
    const seen = async (parameters = {}) => {
      const browser = createBrowser();
      const begun = await browser.open(open(id, parameters).url.href);
      const { needsConsent } = await (await browser.open(locationOf(begun).href)).json();
      return needsConsent;
    };
    expect(await seen()).toBe(false);
    expect(await seen({ scope: "execute query query:write" })).toBe(true);
  });

  it("is asked about each time when its codes go to a port of the reader's own machine", async () => {
    const id = createId();
    host.put(id, documentOf(id, { redirect_uris: ["http://127.0.0.1/callback"] }));
    for (const port of [1234, 4321]) {
      const browser = createBrowser();
      const { url } = open(id, { redirect_uri: `http://127.0.0.1:${port}/callback` });
      const page = await browser.open(locationOf(await browser.open(url.href)).href);
      expect((await page.json()).needsConsent).toBe(true);
      expect((await decide(url)).host).toBe(`127.0.0.1:${port}`);
    }
  });

  it("is shown without what would make its name look like another's", async () => {
    const id = createId();
    host.put(id, documentOf(id, { client_name: `Chat\u202eTPG\n\u0000${"x".repeat(300)}` }));
    const browser = createBrowser();
    const page = await browser.open(locationOf(await browser.open(open(id).url.href)).href);
    const { client } = await page.json();
    expect(client.name).toMatch(/^ChatTPGx+$/);
    expect(client.name).toHaveLength(100);
  });
});

describe("a document is refused", () => {
  const nasties: readonly [what: string, content: (id: string) => Parameters<DocumentHost["put"]>[1]][] = [
    ["that another address is the client of", (id) => documentOf(`${id}x`)],
    ["with a secret in it", (id) => documentOf(id, { client_secret: "secret" })],
    [
      "that wants to prove itself by a secret",
      (id) => documentOf(id, { token_endpoint_auth_method: "client_secret_post" }),
    ],
    ["without redirect addresses", (id) => documentOf(id, { redirect_uris: [] })],
    [
      "with a redirect address in the open",
      (id) => documentOf(id, { redirect_uris: ["http://app.example.com/callback", CALLBACK] }),
    ],
    [
      "with a redirect address that is a script",
      (id) => documentOf(id, { redirect_uris: [CALLBACK, "javascript:alert(1)"] }),
    ],
    [
      "with a thousand redirect addresses",
      (id) => documentOf(id, { redirect_uris: Array.from({ length: 60 }, (_, i) => `${CALLBACK}/${i}`) }),
    ],
    ["that is a list", () => [documentOf("x")]],
    ["that is larger than 5 kB", (id) => documentOf(id, { filler: "x".repeat(6_000) })],
    ["that is no JSON", () => (_request, response) => response.end("{")],
    ["that does not exist", () => (_request, response) => response.writeHead(404).end("{}")],
    [
      "that leads elsewhere",
      (id) => (_request, response) => response.writeHead(302, { location: `${id}/other` }).end(),
    ],
    ["that leads to itself", (id) => (_request, response) => response.writeHead(301, { location: id }).end()],
    [
      "that never ends",
      () => (_request, response) => {
        response.write("{");
        const timer = setInterval(() => response.write(" "), 50);
        response.once("close", () => clearInterval(timer));
      },
    ],
    ["that never begins", () => () => undefined],
    [
      "that is compressed",
      () => (_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end("\u001f\u008b"),
    ],
  ];
  it.each(nasties)(
    "%s",
    async (_what, contentOf) => {
      const id = createId();
      host.put(id, contentOf(id));
      const answer = await fetch(open(id).url, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
      expect(await answer.text()).toMatch(/invalid_client|invalid_redirect_uri/);
      expect(host.asked.filter((asked) => asked !== id && asked.startsWith(id))).toEqual([]);
    },
    30_000,
  );

  it.each([
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["::1"],
    ["fd00::1"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::7f00:1"],
  ])("of a name whose address is %s, also beside a public one", async (address) => {
    for (const addresses of [[address], ["93.184.215.14", address]]) {
      const id = createId("inside.example.com");
      host.put(id, documentOf(id));
      host.resolve("inside.example.com", addresses);
      const before = host.connectedTo.length;
      expect((await fetch(open(id).url, { redirect: "manual" })).status).toBe(400);
      expect(host.connectedTo.slice(before)).toEqual([]);
    }
  });

  it.each([
    "http://app.example.com/client.json",
    "https://127.0.0.1/client.json",
    "https://[::1]/client.json",
    "https://2130706433/client.json",
    "https://localhost/client.json",
    "https://metadata.google.internal/client.json",
    "https://app.example.com:8443/client.json",
    "https://user@app.example.com/client.json",
    "https://app.example.com/a/../client.json",
    "https://app.example.com/client.json#x",
    "file:///etc/passwd",
  ])("at %s, before anything is asked", async (id) => {
    const before = host.asked.length;
    const answer = await fetch(open(id).url, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(host.asked.slice(before)).toEqual([]);
  });

  it("says nothing of what was found inside", async () => {
    const id = createId("inside.example.com");
    host.resolve("inside.example.com", ["10.0.0.7"]);
    const page = await (await fetch(open(id).url, { redirect: "manual" })).text();
    expect(page).not.toContain("10.0.0.7");
  });
});

it("a document that changed counts as it is now: an address that was taken out gets no code", async () => {
  const id = createId();
  host.put(id, documentOf(id));
  await decide(open(id).url);
  host.put(id, documentOf(id, { redirect_uris: ["https://app.example.com/new"] }));
  // Another instance has nothing in memory; this one would notice within the hour.
  const fresh = await serveOauth({
    database: opened.database,
    fetchDocument: host.fetchDocument,
    baseUrl: server.url,
  });
  try {
    const url = open(id).url.href.replace(server.url, fresh.url);
    const answer = await fetch(url, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  } finally {
    await fresh.close();
  }
});

describe("a client that signs its assertions, as ChatGPT does", () => {
  const keyId = "key-1";
  let id: string;
  let sign: (claims?: JWTPayload, alg?: string) => Promise<string>;
  let publicKeyText: string;
  beforeAll(async () => {
    id = createId();
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: "RS256", use: "sig" };
    publicKeyText = JSON.stringify(jwk);
    const keys = "https://keys.example.com/jwks.json";
    host.put(keys, { keys: [jwk] });
    host.put(id, documentOf(id, { token_endpoint_auth_method: "private_key_jwt", jwks_uri: keys }));
    sign = (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: id,
        sub: id,
        aud: server.issuer,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg: "RS256", kid: keyId }).sign(privateKey);
    };
  });

  const tryWith = async (assertion: string) => {
    const { url, verifier } = open(id);
    const answer = await decide(url);
    return redeem(id, answer, verifier, {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    });
  };

  it("gets in, also when its clock is fifty seconds slow", async () => {
    const { status, body } = await tryWith(await sign());
    expect([status, body.scope]).toEqual([200, "execute query"]);
    const now = Math.floor(Date.now() / 1000);
    expect((await tryWith(await sign({ iat: now - 110, exp: now - 50 }))).status).toBe(200);
  });

  it("is refused when the same assertion comes twice, at the same time or later", async () => {
    const assertion = await sign();
    const answers = await Promise.all(Array.from({ length: 5 }, () => tryWith(assertion)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect((await tryWith(assertion)).body.error).toBe("invalid_client");
  });

  it.each([
    ["another's audience", { aud: "https://other.example.com/oauth" }],
    ["another's name", { iss: "https://evil.example.com/client.json" }],
    ["an expiry two minutes ago", { exp: Math.floor(Date.now() / 1000) - 120 }],
    ["no expiry", { exp: undefined }],
    ["no identifier of its own", { jti: undefined }],
  ])("is refused with %s", async (_what, claims) => {
    expect((await tryWith(await sign(claims as JWTPayload))).body.error).toBe("invalid_client");
  });

  it("is refused without a signature, and with one made of its public key", async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      iss: id,
      sub: id,
      aud: server.issuer,
      jti: randomUUID(),
      exp: Math.floor(Date.now() / 1000) + 60,
    };
    expect((await tryWith(`${encode({ alg: "none" })}.${encode(claims)}.`)).body.error).toBe(
      "invalid_client",
    );
    const head = `${encode({ alg: "HS256", kid: keyId })}.${encode(claims)}`;
    const mac = createHmac("sha256", publicKeyText).update(head).digest("base64url");
    expect((await tryWith(`${head}.${mac}`)).body.error).toBe("invalid_client");
  });

  it("is refused without any assertion: its document says that it signs", async () => {
    const { url, verifier } = open(id);
    expect((await redeem(id, await decide(url), verifier)).body.error).toBe("invalid_client");
  });
});
