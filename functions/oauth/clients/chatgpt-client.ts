import type { AdapterPayload } from "oidc-provider";

/** The client that ChatGPT's action editor is given: its identifier and secret, chosen by the owner. */
export interface ChatgptClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Where the answers of a GPT's sign-in go (https://developers.openai.com/api/docs/actions/authentication): both hosts are OpenAI's, the
 * identifier is the GPT's own.
 */
const CALLBACK =
  /^https:\/\/(?:chatgpt\.com|chat\.openai\.com)\/aip\/(g-[A-Za-z0-9-]{8,128})\/oauth\/callback$/;

/** Stands where no callback is known: nothing that a request could name. */
const NO_CALLBACK = "https://chatgpt.com/aip/none-yet/oauth/callback";

/**
 * The addresses that codes of the ChatGPT client may go to: once the owner has approved a GPT, its own callback on both of OpenAI's
 * hosts and no other's; before, the one that is asked for, if it is a GPT's at all.
 */
export function chatgptCallbacks(pinned: string | null, asked: string | null): readonly string[] {
  const known = pinned ?? asked;
  const gpt = known === null ? undefined : CALLBACK.exec(known)?.[1];
  if (gpt === undefined) return [NO_CALLBACK];
  return ["chatgpt.com", "chat.openai.com"].map((host) => `https://${host}/aip/${gpt}/oauth/callback`);
}

/** An address as it is pinned: a GPT has one callback, whichever of OpenAI's two hosts it is on. */
export function toPinned(redirectUri: string): string {
  return CALLBACK.test(redirectUri)
    ? redirectUri.replace("//chat.openai.com/", "//chatgpt.com/")
    : redirectUri;
}

/** The ChatGPT client as the library knows clients. @param secret as `compareClientSecret` expects it */
export function chatgptMetadata(
  clientId: string,
  secret: string,
  callbacks: readonly string[],
): AdapterPayload {
  return {
    client_id: clientId,
    client_secret: secret,
    client_name: "ChatGPT",
    redirect_uris: callbacks,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_post",
  };
}
