import { setTimeout as wait } from "node:timers/promises";
import { SmokeError } from "../check.ts";

/** A running server that is looked at from outside, as its callers see it. */
export interface Deployment {
  /** Without a slash at its end, like https://europe-west1-my-project.cloudfunctions.net. */
  readonly url: string;
  /** Null: only what needs no key is looked at. */
  readonly key: string | null;
  /** The owner's; null: nobody signs in. */
  readonly passphrase: string | null;
  /** Sends one request, with the key unless another credential (or none: null) is given. Busy answers are waited for. */
  ask(method: string, path: string, request?: Asked): Promise<Reply>;
}

/** What a request carries. */
export interface Asked {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly credential?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** The text as a JSON object. @throws SmokeError when it is none */
  json(): Readonly<Record<string, unknown>>;
}

/** One thing that is looked at. */
export interface DeploymentCheck {
  readonly name: string;
  /** What it cannot do without. */
  readonly needs: "nothing" | "key" | "passphrase";
  /** @returns what was found, in a few words @throws SmokeError when it is not what it should be, NotDeployedError when it is not there */
  run(at: Deployment): Promise<string>;
}

/** A part that a deployment may do without. */
export class NotDeployedError extends Error {
  override readonly name = "NotDeployedError";
}

const REQUEST_LIMIT_MS = 60_000;
const MOST_BUSY_ANSWERS = 4;
const LONGEST_PAUSE_SECONDS = 61;

/** A deployment at an address. */
export function createDeployment(url: string, key: string | null, passphrase: string | null): Deployment {
  const ask = async (method: string, path: string, asked: Asked = {}): Promise<Reply> => {
    const target = path.startsWith("http") ? path : url + path;
    const init = toInit(method, asked, asked.credential === undefined ? key : asked.credential);
    let reply = await send(target, init);
    for (let busy = 0; busy < MOST_BUSY_ANSWERS && isBusy(reply); busy += 1) {
      await wait(pauseOf(reply) * 1000);
      reply = await send(target, init);
    }
    return reply;
  };
  return { url, key, passphrase, ask };
}

function toInit(method: string, { body, headers: given }: Asked, credential: string | null): RequestInit {
  const headers = new Headers(given);
  if (credential !== null) headers.set("authorization", `Bearer ${credential}`);
  if (body === undefined) return { method, headers, redirect: "manual" };
  headers.set("content-type", "application/json");
  return { method, headers, redirect: "manual", body: JSON.stringify(body) };
}

const pauseOf = ({ headers }: Reply) => Number(headers.get("retry-after") ?? "Infinity");
const isBusy = (reply: Reply) =>
  (reply.status === 429 || reply.status === 503) && pauseOf(reply) <= LONGEST_PAUSE_SECONDS;

async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString("utf8");
  const json = () => parseObject(text, `${init.method} ${url} answered ${response.status}`);
  return { status: response.status, headers: response.headers, bytes, text, json };
}

function parseObject(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new SmokeError(`${where} with something else than JSON: ${text.slice(0, 200)}`);
}

/** @throws SmokeError with what the server said, when an answer has another status than it should have */
export function expectStatus(reply: Reply, wanted: number): Reply {
  if (reply.status === wanted) return reply;
  throw new SmokeError(
    `${reply.status} came where ${wanted} should have: ${reply.text.slice(0, 300).replaceAll("\n", " ")}`,
  );
}

/** A field that is a text. @throws SmokeError when it is none */
export function textOf(object: Readonly<Record<string, unknown>>, field: string): string {
  const value = object[field];
  if (typeof value === "string") return value;
  throw new SmokeError(`${field} is missing in ${JSON.stringify(object).slice(0, 300)}`);
}

/** A field that is a list of objects. @throws SmokeError when it is none */
export function listOf(
  object: Readonly<Record<string, unknown>>,
  field: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = object[field];
  if (Array.isArray(value)) return value;
  throw new SmokeError(`${field} is no list in ${JSON.stringify(object).slice(0, 300)}`);
}
