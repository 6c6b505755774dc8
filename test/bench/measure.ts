import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, type Side } from "./ask.ts";
import type { Measurement } from "./statistics.ts";
import type { Task } from "./tasks.ts";

/** How much is asked, and by how many at once. */
export interface Load {
  readonly clients: number;
  /** All clients together. */
  readonly requests: number;
  /** What a client waits between an answer and its next request; 0 when not given. */
  readonly pauseMs?: number;
}

/**
 * Sends the load once: each client waits for its answer before it asks again, on a connection that it keeps. Connections end with the
 * round: while the other side has its turn, either server may close one that is idle.
 * @throws Error at the first answer that is not the program's own output
 */
export async function measureRound(
  side: Side,
  task: Task,
  { clients, requests, pauseMs = 0 }: Load,
): Promise<Measurement> {
  const latenciesMs: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let left = requests;
  let warmStarts = 0;
  const started = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      const answer = await ask(agent, side, task);
      latenciesMs.push(performance.now() - sent);
      if (answer.kind === "busy") throw new Error(`${side.url} is busy with ${clients} clients`);
      if (answer.kind === "other") throw new Error(`${side.url} answered ${answer.detail}`);
      if (answer.isWarm) warmStarts += 1;
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
    const rate = (requests * 1000) / (performance.now() - started);
    return { latenciesMs, ratesPerSecond: [rate], warmStarts };
  } finally {
    left = 0;
    agent.destroy();
  }
}
