import type { RunningServer } from "./start-server.ts";

/** An answer with its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and `expect` checks what they find.
  readonly body: any;
}

/** Posts a value as JSON, or a text or bytes as they are. */
export async function post(
  server: RunningServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  return read(
    await server.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: raw ? (body as BodyInit) : JSON.stringify(body),
    }),
  );
}

/** Asks with any method. */
export async function ask(server: RunningServer, path: string, init: RequestInit = {}): Promise<Answer> {
  return read(await server.request(path, init));
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}
