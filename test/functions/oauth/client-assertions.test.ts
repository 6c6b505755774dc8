import { createHmac, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { decide } from "./support/browser.ts";
import { createId, documentOf, redeem, toAuthorization, useDocumentWorld } from "./support/document-world.ts";

const world = useDocumentWorld();
const open = (id: string, parameters: Record<string, string> = {}) =>
  toAuthorization(world().server, id, parameters);

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
    world().host.put(keys, { keys: [jwk] });
    world().host.put(id, documentOf(id, { token_endpoint_auth_method: "private_key_jwt", jwks_uri: keys }));
    sign = (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: id,
        sub: id,
        aud: world().server.issuer,
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
    const more = {
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    };
    return redeem(world().server, { id, answer, verifier, more });
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
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
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
      aud: world().server.issuer,
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
    expect((await redeem(world().server, { id, answer: await decide(url), verifier })).body.error).toBe(
      "invalid_client",
    );
  });
});
