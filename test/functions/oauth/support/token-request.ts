import type { TestServer } from "./serve-oauth.ts";

/** What a token endpoint answers, right or wrong. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly token_type?: string;
    readonly expires_in?: number;
    readonly scope?: string;
    readonly active?: boolean;
    readonly error?: string;
    readonly error_description?: string;
  };
}

/** Posts a form as a client would. @param path such as `/token` */
export async function postForm(
  server: TestServer,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return read(
    await fetch(`${server.url}/oauth${path}`, { method: "POST", headers, body: new URLSearchParams(form) }),
  );
}

/** Posts a value as JSON. */
export async function postJson(server: TestServer, path: string, value: unknown): Promise<TokenAnswer> {
  return read(
    await fetch(`${server.url}/oauth${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(value),
    }),
  );
}

async function read(answer: Response): Promise<TokenAnswer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === "" ? {} : JSON.parse(text) };
}
