import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Measurement } from "./statistics.ts";

/** A server under test. */
export interface Side {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How much is asked, and by how many at once. */
export interface Load {
  readonly clients: number;
  /** All clients together. */
  readonly requests: number;
}

/** A program and what it must print. */
export interface Task {
  readonly language: string;
  readonly code: string;
  readonly output: string;
}

const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Sends the load once: each client waits for its answer before it asks again, on a connection that it keeps. Connections end with the
 * round: while the other side has its turn, either server may close one that is idle.
 * @throws Error at the first answer that is not the program's own output: what fails fast must not look fast.
 */
export async function measureRound(
  side: Side,
  task: Task,
  { clients, requests }: Load,
): Promise<Measurement> {
  const latenciesMs: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let left = requests;
  const started = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      await runOnce(agent, side, task);
      latenciesMs.push(performance.now() - sent);
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
    return { latenciesMs, ratesPerSecond: [(requests * 1000) / (performance.now() - started)] };
  } finally {
    agent.destroy();
  }
}

async function runOnce(agent: Agent, side: Side, { code, language, output }: Task): Promise<void> {
  const body = JSON.stringify({ code, language });
  const sent = request(`${side.url}/execute`, {
    agent,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...side.headers,
    },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const received = await text(response);
  const answer = response.statusCode === 200 ? JSON.parse(received) : null;
  if (answer?.success === true && answer.output === output) return;
  throw new Error(`${side.url} answered ${response.statusCode} to ${language}: ${received.slice(0, 500)}`);
}
