import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, ask, type Side } from "./ask.ts";
import type { Task } from "./tasks.ts";

/** What a side did under load without a pause. */
export interface Sustained {
  readonly successes: number;
  readonly warmStarts: number;
  /** Honest 503s. */
  readonly busy: number;
  /** Everything else, with the first few in their own words. */
  readonly others: number;
  readonly details: readonly string[];
  /** Milliseconds of each success. */
  readonly latenciesMs: readonly number[];
  /** Successes a second in the first window, in the whole time and in the last window. */
  readonly rates: { readonly first: number; readonly whole: number; readonly last: number };
}

/** Clients come back when `Retry-After` says, but stay here: longer waits would thin the load out. */
const LONGEST_WAIT_MS = 2000;
/** After an answer that should not have come: failing fast must not keep the machine busy. */
const AFTER_OTHER_MS = 200;
const WINDOW_MS = 10_000;
const DETAILS = 5;

/** How long the first and the last window of a load are: 10 s, of a short load a third. */
export function toWindowMs(durationMs: number): number {
  return Math.min(WINDOW_MS, durationMs / 3);
}

/** Lets clients ask for the tasks in turn, each as soon as it has its answer, and waits for the last answers. */
export async function sustain(
  side: Side,
  tasks: readonly Task[],
  { clients, durationMs }: { readonly clients: number; readonly durationMs: number },
): Promise<Sustained> {
  const answers: { readonly answer: Answer; readonly atMs: number; readonly tookMs: number }[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const started = performance.now();
  const sinceStart = () => performance.now() - started;
  const client = async (_: unknown, index: number) => {
    for (let turn = index; sinceStart() < durationMs; turn += 1) {
      const task = tasks[turn % tasks.length];
      if (task === undefined) throw new Error("no task");
      const sentAt = sinceStart();
      const answer = await ask(agent, side, task);
      answers.push({ answer, atMs: sinceStart(), tookMs: sinceStart() - sentAt });
      if (answer.kind === "busy") await sleep(Math.min(answer.retryAfterMs, LONGEST_WAIT_MS));
      if (answer.kind === "other") await sleep(AFTER_OTHER_MS);
    }
  };
  await Promise.all(Array.from({ length: clients }, client)).finally(() => agent.destroy());
  const right = answers.filter(({ answer }) => answer.kind === "success");
  const others = answers.flatMap(({ answer }) => (answer.kind === "other" ? [answer.detail] : []));
  const rate = (fromMs: number, toMs: number) =>
    (right.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length * 1000) / (toMs - fromMs);
  const windowMs = toWindowMs(durationMs);
  return {
    successes: right.length,
    warmStarts: right.filter(({ answer }) => answer.kind === "success" && answer.isWarm).length,
    busy: answers.filter(({ answer }) => answer.kind === "busy").length,
    others: others.length,
    details: others.slice(0, DETAILS),
    latenciesMs: right.map(({ tookMs }) => tookMs),
    rates: {
      first: rate(0, windowMs),
      whole: rate(0, durationMs),
      last: rate(durationMs - windowMs, durationMs),
    },
  };
}
