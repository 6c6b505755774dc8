import { randomBytes } from "node:crypto";
import type { ChatgptClient } from "#functions/oauth/clients/chatgpt-client.ts";
import { createBrowser, type Decision, decide } from "./browser.ts";
import type { TestServer } from "./serve-oauth.ts";
import { postForm, type TokenAnswer } from "./token-request.ts";

/** The client of the action editor, as an owner would set it. */
export const CHATGPT: ChatgptClient = {
  clientId: "chatgpt",
  clientSecret: randomBytes(32).toString("base64url"),
};

/** Where ChatGPT's sign-in for a GPT answers. */
export const callbackOf = (gpt: string, host = "chatgpt.com") => `https://${host}/aip/${gpt}/oauth/callback`;

/** The GPT of the tests. */
export const CALLBACK = callbackOf("g-0123456789abcdef");

/** The authorization request that ChatGPT makes: no PKCE, a state, and a scope even when it is blank. */
export function toChatgptUrl(server: TestServer, parameters: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`${server.url}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: CHATGPT.clientId,
    redirect_uri: CALLBACK,
    scope: "",
    state: randomBytes(16).toString("base64url"),
    ...parameters,
  }).toString();
  return url;
}

/** Lets the owner agree. @returns the code */
export async function getCode(server: TestServer, decision?: Decision): Promise<string> {
  const answer = await decide(toChatgptUrl(server), decision, createBrowser());
  return answer.searchParams.get("code") ?? `none: ${answer}`;
}

/** Redeems a code as ChatGPT does, with the secret in the body. */
export function redeem(
  server: TestServer,
  code: string,
  more: Record<string, string> = {},
): Promise<TokenAnswer> {
  return postForm(server, "/token", {
    grant_type: "authorization_code",
    client_id: CHATGPT.clientId,
    client_secret: CHATGPT.clientSecret,
    code,
    redirect_uri: CALLBACK,
    ...more,
  });
}

/** Refreshes as ChatGPT does. */
export function refresh(server: TestServer, refreshToken: string): Promise<TokenAnswer> {
  return postForm(server, "/token", {
    grant_type: "refresh_token",
    client_id: CHATGPT.clientId,
    client_secret: CHATGPT.clientSecret,
    refresh_token: refreshToken,
  });
}

/** Whether an access or refresh token is good still, as the server itself says. */
export async function isActive(server: TestServer, token: string | undefined): Promise<boolean | undefined> {
  const answer = await postForm(server, "/introspect", {
    client_id: CHATGPT.clientId,
    client_secret: CHATGPT.clientSecret,
    token: token ?? "",
  });
  return answer.body.active;
}
