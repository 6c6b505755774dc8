import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Container, startContainer } from "./container.ts";

/** What goes wrong with an execution. */
export interface ExecutionTrouble {
  /** Milliseconds until the container starts. */
  readonly startDelayMs?: number;
  readonly neverStarts?: boolean;
  /** Completes without a container, with these words of Cloud Run. */
  readonly failsWith?: string;
  /** Containers that are started for the one task; Cloud Run promises "at least once". */
  readonly containers?: number;
  /** Milliseconds after its start at which the container is killed. */
  readonly killAfterMs?: number;
}

/** An execution of the job. */
export interface JobExecution {
  readonly shortName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  /** `timeout` of the request, in seconds. */
  readonly timeoutSeconds: number;
  readonly createdAtMs: number;
  /** Milliseconds since 1970 of the first container; null before. */
  readonly startedAtMs: number | null;
  /** Milliseconds since 1970; null while it is open. */
  readonly endedAtMs: number | null;
  readonly state: "open" | "succeeded" | "failed" | "cancelled";
  /** What the condition `Completed` says. */
  readonly message: string;
  /** Ends the containers at once, as a machine that breaks does. */
  kill(): void;
}

type Open = { -readonly [Name in keyof JobExecution]: JobExecution[Name] } & { containers: Container[] };

/** Only so many are listed. */
const KEPT = 1000;

/** The executions of one job, and the processes that are their containers. */
export class JobExecutions {
  readonly all: JobExecution[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #ended = new Set<Promise<unknown>>();
  #starting = 0;
  #running = 0;

  /** Creates an execution, whose container starts by itself. */
  start(
    command: readonly [string, ...string[]],
    asked: { readonly environment: Readonly<Record<string, string>>; readonly timeoutSeconds: number },
    trouble: ExecutionTrouble,
  ): JobExecution {
    const execution: Open = {
      ...asked,
      shortName: `sandbox-${randomBytes(4).toString("hex")}`,
      containers: [],
      createdAtMs: Date.now(),
      startedAtMs: null,
      endedAtMs: null,
      state: "open",
      message: "",
      kill: () => execution.containers.forEach((container) => void container.end(true)),
    };
    this.all.push(execution);
    this.#prune();
    if (trouble.neverStarts) return execution;
    this.#starting += 1;
    this.#after(trouble.startDelayMs ?? 0, () => {
      this.#starting -= 1;
      this.#run(command, execution, trouble);
    });
    return execution;
  }

  find(shortName: string): JobExecution | undefined {
    return this.all.find((execution) => execution.shortName === shortName);
  }

  cancel(execution: JobExecution): void {
    const found: Open | undefined = this.all.find((one): one is Open => one === execution);
    if (found?.state !== "open") return;
    end(found, "cancelled", "The execution was cancelled.");
    for (const container of found.containers) container.end();
  }

  /** Lists so many executions that are over, each newer than all before. */
  fill(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.all.push({
        shortName: `sandbox-old-${index}`,
        environment: {},
        timeoutSeconds: 60,
        containers: [],
        createdAtMs: Date.now(),
        startedAtMs: Date.now(),
        endedAtMs: Date.now(),
        state: "succeeded",
        message: "",
        kill: () => undefined,
      });
    }
    this.#prune();
  }

  /** Resolves when no container runs, and none is to start. */
  async settled(): Promise<void> {
    while (this.#starting > 0 || this.#running > 0) await sleep(50);
  }

  /** Ends every container; resolves when all are gone. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { kill } of this.all) kill();
    await Promise.all(this.#ended);
  }

  #run(command: readonly [string, ...string[]], execution: Open, trouble: ExecutionTrouble): void {
    if (execution.state !== "open") return;
    execution.startedAtMs = Date.now();
    if (trouble.failsWith !== undefined) {
      end(execution, "failed", trouble.failsWith);
      return;
    }
    const environment = {
      ...execution.environment,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: "/root",
      CLOUD_RUN_JOB: "sandbox",
      CLOUD_RUN_EXECUTION: execution.shortName,
      CLOUD_RUN_TASK_INDEX: "0",
      CLOUD_RUN_TASK_ATTEMPT: "0",
      CLOUD_RUN_TASK_COUNT: "1",
    };
    for (let count = 0; count < (trouble.containers ?? 1); count += 1) {
      execution.containers.push(startContainer(command, environment));
    }
    if (trouble.killAfterMs !== undefined) this.#after(trouble.killAfterMs, execution.kill);
    const limit = this.#after(execution.timeoutSeconds * 1000, execution.kill);
    this.#running += 1;
    const ended = Promise.all(execution.containers.map((container) => container.ended)).then((codes) => {
      this.#running -= 1;
      clearTimeout(limit);
      if (execution.state !== "open") return;
      const state = codes.every((code) => code === 0) ? "succeeded" : "failed";
      end(execution, state, `Task ${execution.shortName}-task0 ended with exit codes ${codes.join(", ")}.`);
    });
    this.#ended.add(ended);
  }

  #after(delayMs: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }

  #prune(): void {
    const over = this.all.filter(({ state }) => state !== "open");
    for (const old of over.slice(0, Math.max(0, over.length - KEPT)))
      this.all.splice(this.all.indexOf(old), 1);
  }
}

function end(execution: Open, state: "succeeded" | "failed" | "cancelled", message: string): void {
  execution.state = state;
  execution.message = message;
  execution.endedAtMs = Date.now();
}
