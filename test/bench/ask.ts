import { once } from "node:events";
import { type Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Task } from "./tasks.ts";

/** A server under test. */
export interface Side {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an answer is worth. */
export type Answer =
  /** The program's own output, in the engine that was meant. */
  | { readonly kind: "success"; readonly isWarm: boolean }
  /** 503 that says when to come again. */
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  | { readonly kind: "other"; readonly detail: string };

/** The longest that both servers allow: a busy machine is no reason to fail. */
const PROGRAM_TIMEOUT_SECONDS = 30;
const REQUEST_TIMEOUT_MS = 60_000;
const DETAIL_CHARACTERS = 300;

/** Sends a program once and judges the answer; a connection that fails is an answer too. */
export async function ask(agent: Agent, side: Side, task: Task): Promise<Answer> {
  const body = JSON.stringify({ code: task.code, language: task.language, timeout: PROGRAM_TIMEOUT_SECONDS });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...side.headers,
  };
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const sent = request(`${side.url}/execute`, { agent, method: "POST", headers, signal }).end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return judge(task, response.statusCode ?? 0, response.headers["retry-after"], await text(response));
  } catch (error) {
    return { kind: "other", detail: String(error).slice(0, DETAIL_CHARACTERS) };
  }
}

/**
 * Only the right output counts: what fails fast must not look fast.
 * @param retryAfter seconds (RFC 9110, 10.2.3)
 */
export function judge(task: Task, status: number, retryAfter: string | undefined, body: string): Answer {
  if (status === 503 && retryAfter !== undefined && /^[1-9]\d{0,3}$/.test(retryAfter)) {
    return { kind: "busy", retryAfterMs: Number(retryAfter) * 1000 };
  }
  const answer = status === 200 ? parse(body) : null;
  const isRight = answer?.["success"] === true && answer["output"] === task.output;
  // The naive server does not say what it ran the program with.
  if (isRight && (answer["engine"] ?? task.engine) === task.engine) {
    return { kind: "success", isWarm: answer["start"] === "warm" };
  }
  return { kind: "other", detail: `${status} to ${task.name}: ${body.slice(0, DETAIL_CHARACTERS)}` };
}

function parse(body: string): Record<string, unknown> | null {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
