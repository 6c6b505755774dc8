import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";

/** What goes wrong with an identity token. */
export type Forgery = "none" | "unsigned" | "another key" | "an unknown key";

/** An account at the stand-in, and what its identity token says otherwise. */
export interface StandInAccount {
  readonly claims?: JWTPayload;
  readonly forgery?: Forgery;
}

/** A provider of OpenID Connect on 127.0.0.1 that signs in whom the test says, as Google does. */
export interface GoogleStandIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the visitor does at Google. @returns where Google sends the browser back to */
  authorize(url: string, account: StandInAccount): string;
  /** How often codes were redeemed with success. */
  redeemed(): number;
  stop(): void;
}

interface Code {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly token: () => Promise<string>;
}

const CLIENT_ID = "client.apps.example";
const CLIENT_SECRET = "a-client-secret-of-the-tests";

/** Starts the stand-in. */
export async function startGoogleStandIn(): Promise<GoogleStandIn> {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const otherKeys = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const codes = new Map<string, Code>();
  let redemptions = 0;
  let issuer = "";

  function signer({ claims = {}, forgery = "none" }: StandInAccount, nonce: string) {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: issuer,
      aud: CLIENT_ID,
      sub: "110169484474386276334",
      iat: now,
      exp: now + 300,
      nonce,
      email: "owner@example.org",
      email_verified: true,
      ...claims,
    };
    return async () => {
      if (forgery === "unsigned") return new UnsecuredJWT(payload).encode();
      const kid = forgery === "an unknown key" ? "two" : "one";
      const key = forgery === "none" ? keys.privateKey : otherKeys.privateKey;
      return new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid }).sign(key);
    };
  }

  async function redeem(form: URLSearchParams): Promise<object | null> {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isRight =
      form.get("client_id") === CLIENT_ID &&
      form.get("client_secret") === CLIENT_SECRET &&
      code?.challenge === challenge &&
      code.redirectUri === form.get("redirect_uri");
    if (!isRight || code === undefined) return null;
    redemptions += 1;
    return { access_token: "unused", token_type: "Bearer", expires_in: 300, id_token: await code.token() };
  }

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.url === "/jwks") return answer(200, { keys: [jwk] });
    if (request.url === "/token") {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const tokens = await redeem(new URLSearchParams(text));
      return tokens === null ? answer(400, { error: "invalid_grant" }) : answer(200, tokens);
    }
    return answer(200, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

  return {
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    authorize(url, account) {
      const asked = new URL(url).searchParams;
      const code = `code-${codes.size}-${Math.random()}`;
      const redirectUri = asked.get("redirect_uri") ?? "";
      codes.set(code, {
        challenge: asked.get("code_challenge") ?? "",
        redirectUri,
        token: signer(account, asked.get("nonce") ?? ""),
      });
      const back = new URL(redirectUri);
      back.searchParams.set("code", code);
      back.searchParams.set("state", asked.get("state") ?? "");
      return back.href;
    },
    redeemed: () => redemptions,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
