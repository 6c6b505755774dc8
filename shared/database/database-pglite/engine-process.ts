import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EngineAnswer, EngineFault, EngineRequest, EngineTask } from "./messages.ts";

/** What a statement gave. */
export interface EngineResult {
  readonly rows: readonly unknown[];
  readonly affectedRows: number;
}

/** One life of PGlite in a process of its own. */
export interface EngineProcess {
  /** False from the moment on that the process has ended; nothing but another one helps then. */
  isAlive(): boolean;
  /** @throws EngineFaultError what the database said against it @throws Error when the process ends or does not answer in time */
  query(statement: string, values: readonly unknown[]): Promise<EngineResult>;
  /** Closes the database and ends the process. */
  close(): Promise<void>;
}

/** What the database said against a statement; `code` is the SQLSTATE, as `pg` has it. */
class EngineFaultError extends Error {
  override readonly name = "EngineFaultError";
  readonly code: string;
  readonly severity: string;
  readonly constraint: string | null;

  constructor(code: string, { message, severity, constraint }: EngineFault) {
    super(message);
    this.code = code;
    this.severity = severity ?? "ERROR";
    this.constraint = constraint;
  }
}

const ENGINE = fileURLToPath(new URL("./engine.ts", import.meta.url));
/** The first start makes the database: seconds, and more on a machine that does much else. */
const OPEN_TIMEOUT_MS = 120_000;
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Starts PGlite on a folder, which it makes first when it is missing.
 * @param signal ends what is still opening @throws Error when it cannot be opened, or the signal's reason
 */
export async function startEngine(
  folder: string,
  statementTimeoutMs: number,
  signal: AbortSignal,
): Promise<EngineProcess> {
  signal.throwIfAborted();
  if (!existsSync(folder)) await untilReady(startProcess("create", folder), signal);
  signal.throwIfAborted();
  const child = startProcess("serve", folder);
  await untilReady(child, signal);
  return createEngine(child, statementTimeoutMs);
}

function startProcess(task: EngineTask, folder: string): ChildProcess {
  return fork(ENGINE, [task, folder], {
    execArgv: ["--liftoff-only", "--no-warnings"],
    // Structured clones, so that dates stay dates.
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Nothing of the surroundings: among them are secrets, and variables that PostgreSQL understands.
    env: {},
  });
}

/** When it fails the process is gone. */
function untilReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let reason: unknown = new Error("PGlite ended while it opened");
  const giveUp = (why: unknown): void => {
    reason = why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => giveUp(new Error("PGlite did not open in time")), OPEN_TIMEOUT_MS);
  const onAbort = (): void => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort);
  child.once("message", (answer: EngineAnswer) => {
    if ("failed" in answer) reason = new Error(answer.failed);
    else resolve();
  });
  child.once("error", reject);
  child.once("exit", () => reject(reason));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

function createEngine(child: ChildProcess, statementTimeoutMs: number): EngineProcess {
  const waiting = new Map<number, PromiseWithResolvers<EngineResult>>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let alive = child.exitCode === null && child.signalCode === null;
  let lastId = 0;
  const end = (reason: Error): void => {
    alive = false;
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };
  child.once("exit", () => end(new Error("PGlite has ended")));
  child.on("error", end);
  child.on("message", (answer: EngineAnswer) => {
    if (!("id" in answer)) return;
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("fault" in answer) asked?.reject(toError(answer.fault));
    else asked?.resolve(answer);
  });
  const send = (request: EngineRequest): void => {
    child.send(request, (error) => {
      if (error !== null) end(error);
    });
  };
  return {
    isAlive: () => alive,
    async query(statement, values) {
      if (!alive) throw new Error("PGlite has ended");
      lastId += 1;
      const id = lastId;
      const asked = Promise.withResolvers<EngineResult>();
      waiting.set(id, asked);
      const timer = setTimeout(() => {
        end(new Error("PGlite did not answer in time"));
        child.kill("SIGKILL");
      }, statementTimeoutMs);
      send({ id, statement, values });
      return asked.promise.finally(() => clearTimeout(timer));
    },
    async close() {
      const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_TIMEOUT_MS);
      if (alive) send({ close: true });
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Without a SQLSTATE the engine itself failed, and a caller may only know that it is away. */
function toError(fault: EngineFault): Error {
  return fault.code === null ? new Error(fault.message) : new EngineFaultError(fault.code, fault);
}
