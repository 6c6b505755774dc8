import { createHash, randomBytes } from "node:crypto";
import { createBrowser, type Decision, decide } from "./browser.ts";
import type { TestServer } from "./serve-oauth.ts";
import { postForm, type TokenAnswer } from "./token-request.ts";

/** Where codes of the tests' own clients go. */
export const APP_CALLBACK = "https://app.example.com/callback";

/** A client that registered itself. */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret?: string;
}

/** Registers a client; a public one unless `metadata` says otherwise. */
export async function register(
  server: TestServer,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<{
  readonly status: number;
  readonly headers: Headers;
  readonly body: RegisteredClient & Record<string, unknown>;
}> {
  const answer = await fetch(`${server.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "An app",
      redirect_uris: [APP_CALLBACK],
      token_endpoint_auth_method: "none",
      ...metadata,
    }),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** A code verifier and its challenge (RFC 7636 §4). */
export function createPkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** An authorization request with everything that is right; a parameter that is null is left out. */
export function toAuthorizeUrl(
  server: TestServer,
  clientId: string,
  parameters: Readonly<Record<string, string | null>> = {},
): URL {
  const url = new URL(`${server.url}/oauth/authorize`);
  const all = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: APP_CALLBACK,
    scope: "execute query",
    state: "a state",
    code_challenge_method: "S256",
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== null) url.searchParams.set(name, value);
  return url;
}

/** A code with what its client needs to redeem it. */
export interface IssuedCode {
  readonly code: string;
  readonly verifier: string;
}

/** Lets the owner agree. */
export async function getCode(
  server: TestServer,
  clientId: string,
  decision?: Decision,
): Promise<IssuedCode> {
  const { verifier, challenge } = createPkce();
  const url = toAuthorizeUrl(server, clientId, { code_challenge: challenge });
  const answer = await decide(url, decision, createBrowser());
  return { code: answer.searchParams.get("code") ?? `none: ${answer}`, verifier };
}

/** Redeems a code as a public client; `more` replaces what is sent. */
export function redeem(
  server: TestServer,
  clientId: string,
  { code, verifier }: IssuedCode,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return postForm(server, "/token", {
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    code_verifier: verifier,
    redirect_uri: APP_CALLBACK,
    ...more,
  });
}

/** Refreshes as a public client. */
export function refresh(
  server: TestServer,
  clientId: string,
  token: string | undefined,
): Promise<TokenAnswer> {
  return postForm(server, "/token", {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: token ?? "",
  });
}

/** Whether a token of a public client is good still, as a server itself says. */
export async function isActive(
  server: TestServer,
  clientId: string,
  token: string | undefined,
): Promise<boolean | undefined> {
  return (await postForm(server, "/introspect", { client_id: clientId, token: token ?? "" })).body.active;
}
