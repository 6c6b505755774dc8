import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Program, RunResult } from "#functions/execute/executor/executor.ts";
import type { Patience } from "#functions/execute/executor/executor-cloud-run-job/follow-run.ts";
import { AppError } from "#shared/errors/app-error.ts";

/** What an instance is sent, once. */
export interface Asked {
  /** Without files. */
  readonly program: Program;
  readonly longestMs: number;
  readonly patience: Partial<Patience>;
  readonly places: {
    readonly metadataHost: string;
    readonly storageUrl: string;
    readonly runUrl: string;
    readonly bucket: string;
  };
}

/** What an instance tells: any number of tickets, and one end. */
export type Told =
  | { readonly kind: "ticket"; readonly ticket: string }
  | { readonly kind: "result"; readonly result: RunResult }
  | { readonly kind: "error"; readonly code: AppError["code"]; readonly message: string };

const INSTANCE = fileURLToPath(new URL("instance.ts", import.meta.url));

/**
 * Runs a program in a process that is killed a while after its first ticket.
 * @returns the program's result when it came before that; else the last ticket
 * @throws AppError as the instance did; Error when it ended by itself without an end
 */
export async function runInInstance(asked: Asked, killAfterMs: number): Promise<RunResult | string> {
  const child = fork(INSTANCE, { execArgv: ["--no-warnings"], serialization: "json" });
  let ticket: string | null = null;
  let end: Exclude<Told, { kind: "ticket" }> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const kill = () => void child.kill("SIGKILL");
  child.on("message", (told: Told) => {
    if (told.kind === "ticket") {
      ticket = told.ticket;
      timer ??= setTimeout(kill, killAfterMs);
    } else {
      end = told;
      kill();
    }
  });
  child.send(asked);
  await once(child, "close");
  clearTimeout(timer);
  return toEnd(end, ticket);
}

function toEnd(end: Exclude<Told, { kind: "ticket" }> | null, ticket: string | null): RunResult | string {
  if (end?.kind === "result") return end.result;
  if (end?.kind === "error") throw new AppError(end.code, end.message);
  if (ticket === null) throw new Error("the instance ended by itself");
  return ticket;
}
