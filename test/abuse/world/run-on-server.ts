import { inspect } from "node:util";
import type { RunningServer } from "../../support/start-server.ts";
import type { Attack, Outcome, World } from "../attack.ts";

/** How much later than its program's own limit an answer may come on a busy machine. */
export const GRACE_MS = 30_000;

/** An outcome with what the caller of the server saw beside it. */
export interface ServerOutcome extends Outcome {
  /** 0 when no answer came at all. */
  readonly httpStatus: number;
  readonly tookMs: number;
}

/** Sends the programs of one attack to a server, through the front door. */
export async function runOnServer(
  server: RunningServer,
  attack: Attack,
  world: World,
): Promise<readonly ServerOutcome[]> {
  const code = typeof attack.code === "string" ? attack.code : attack.code(world);
  const timeout = attack.timeoutSeconds ?? 5;
  const body = JSON.stringify({ code, language: attack.language, timeout });
  const runOnce = () => send(server, body, timeout * 1000 + GRACE_MS);
  const runs = Array.from({ length: attack.runs ?? 1 });
  if (attack.together) return Promise.all(runs.map(runOnce));
  const outcomes: ServerOutcome[] = [];
  for (const _ of runs) outcomes.push(await runOnce());
  return outcomes;
}

async function send(server: RunningServer, body: string, deadlineMs: number): Promise<ServerOutcome> {
  const started = performance.now();
  try {
    const response = await server.request("/execute", {
      method: "POST",
      // A connection of its own: one that the server closed a moment ago says nothing about the program.
      headers: { "content-type": "application/json", connection: "close" },
      body,
      signal: AbortSignal.timeout(deadlineMs),
    });
    const raw = await response.text();
    return { ...toOutcome(response.status, raw), tookMs: performance.now() - started };
  } catch (error) {
    return { ...toOutcome(0, inspect(error)), tookMs: performance.now() - started };
  }
}

function toOutcome(httpStatus: number, raw: string): Omit<ServerOutcome, "tookMs"> {
  if (httpStatus !== 200) {
    const nothing = { status: null, exitCode: null, stdout: "", stderr: "", engine: null };
    return { answered: false, ...nothing, raw, httpStatus };
  }
  const { status, exit_code: exitCode, output: stdout, stderr, engine } = JSON.parse(raw);
  return { answered: true, status, exitCode, stdout, stderr, engine, raw, httpStatus };
}
