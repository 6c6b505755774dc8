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
 * Sends the load once: each client waits for its answer before it asks again, on a connection that it keeps.
 * @throws Error at the first answer that is not the program's own output: what fails fast must not look fast.
 */
export async function measureRound(
  side: Side,
  task: Task,
  { clients, requests }: Load,
): Promise<Measurement> {
  const latenciesMs: number[] = [];
  let left = requests;
  const started = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      await runOnce(side, task);
      latenciesMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { latenciesMs, ratesPerSecond: [(requests * 1000) / (performance.now() - started)] };
}

async function runOnce(side: Side, { code, language, output }: Task): Promise<void> {
  const response = await fetch(`${side.url}/execute`, {
    method: "POST",
    headers: { "content-type": "application/json", ...side.headers },
    body: JSON.stringify({ code, language }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  const answer = response.ok ? JSON.parse(text) : null;
  if (answer?.success === true && answer.output === output) return;
  throw new Error(`${side.url} answered ${response.status} to ${language}: ${text.slice(0, 500)}`);
}
