import type { Jail, JailSpec } from "#sandbox/jail/jail.ts";
import { readBounded } from "#sandbox/jail/start-jail.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { QueryOutcome, Statement } from "../warehouse.ts";
import { readFrames, writeFrame } from "./engine/frames.ts";
import type { EngineReply, EngineRequest } from "./engine/messages.ts";
import { findEngineProcess, readResidentBytes, toEngineJail } from "./engine-jail.ts";

/** How one statement left the engine. */
export type EngineResult =
  | { readonly kind: "outcome"; readonly outcome: QueryOutcome }
  | Extract<EngineReply, { kind: "refused" }>
  | { readonly kind: "stopped" }
  | { readonly kind: "died"; readonly reason: "memory" | "other"; readonly wasAlone: boolean };

/** One engine process in its jail. */
export interface EngineProcess {
  /** Rejects when the engine did not start; its message is private. */
  readonly ready: Promise<void>;
  readonly isAlive: () => boolean;
  /** Runs a statement until it ends or `stop` aborts; a statement that does not stop takes the engine with it. */
  run(statement: Statement, stop: AbortSignal): Promise<EngineResult>;
  /** Kills the engine; resolves when every process of its jail is gone. */
  close(): Promise<void>;
}

/** What an engine is started with. */
export interface EngineOptions {
  readonly folder: string;
  readonly project: string | null;
  readonly memoryLimitBytes: number;
  readonly logger: Logger;
  readonly startJail: (spec: JailSpec) => Jail;
}

const START_LIMIT_MS = 20_000;
const MEMORY_WATCH_MS = 25;
/** How long an interrupted statement may take to stop. */
const INTERRUPT_GRACE_MS = 300;
const STDERR_LIMIT_BYTES = 4096;

/** Statements that wait for the engine's answer, by their number on the channel. */
type Waiting = Map<number, (result: EngineResult) => void>;

function settle(waiting: Waiting, id: number, result: EngineResult): void {
  waiting.get(id)?.(result);
  waiting.delete(id);
}

/** Starts an engine in a new jail; returns at once. */
export function startEngine(options: EngineOptions): EngineProcess {
  const { spec, marker } = toEngineJail(options);
  const jail = options.startJail(spec);
  const waiting: Waiting = new Map();
  let alive = true;
  let closing = false;
  let reason: "memory" | "other" = "other";
  const kill = () => {
    alive = false;
    jail.kill();
  };
  const ready = listen(jail, waiting, kill);
  const watch = watchMemory(ready, marker, options, () => {
    reason = "memory";
    kill();
  });
  jail.stdout.resume();
  jail.channel.once("close", kill);
  const complaints = readBounded(jail.stderr, STDERR_LIMIT_BYTES).catch(() => "");
  const gone = jail.exited.then(async ({ code, signal }) => {
    alive = false;
    watch.stop();
    const wasAlone = waiting.size === 1;
    for (const id of [...waiting.keys()]) settle(waiting, id, { kind: "died", reason, wasAlone });
    if (closing) return;
    options.logger.log("NOTICE", "warehouse engine ended", {
      code,
      signal,
      reason,
      stderr: hidePaths(await complaints),
    });
  });
  const ask = createAsk(jail, waiting, kill);
  return {
    ready,
    isAlive: () => alive,
    run: (statement, stop) =>
      alive ? ask(statement, stop) : Promise.resolve({ kind: "died", reason, wasAlone: false }),
    close: async () => {
      closing = true;
      kill();
      await gone;
    },
  };
}

/** Hands each answer to who waits for it; resolves when the engine says that it is ready. */
function listen(jail: Jail, waiting: Waiting, kill: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(kill, START_LIMIT_MS);
  readFrames(jail.channel, (message) => {
    const reply = message as EngineReply;
    if (reply.kind === "ready") {
      clearTimeout(timer);
      resolve();
    } else settle(waiting, reply.id, reply.kind === "interrupted" ? { kind: "stopped" } : reply);
  });
  void jail.exited.then(() => {
    clearTimeout(timer);
    reject(new Error("The engine ended before it was ready."));
  });
  promise.catch(() => null);
  return promise;
}

/** Sends statements; one that is stopped and does not end in time takes the engine with it. */
function createAsk(jail: Jail, waiting: Waiting, kill: () => void): EngineProcess["run"] {
  let nextId = 1;
  const send = (request: EngineRequest) => writeFrame(jail.channel, request);
  return (statement, stop) => {
    const id = nextId;
    nextId += 1;
    const { promise, resolve } = Promise.withResolvers<EngineResult>();
    let grace: NodeJS.Timeout | undefined;
    const interrupt = () => {
      send({ kind: "interrupt", id });
      grace = setTimeout(() => {
        settle(waiting, id, { kind: "stopped" });
        kill();
      }, INTERRUPT_GRACE_MS);
    };
    waiting.set(id, resolve);
    const { sql, maxRows, maxCharacters, timeoutMs } = statement;
    send({ kind: "query", id, sql, maxRows, maxCharacters, timeoutMs });
    if (stop.aborted) interrupt();
    else stop.addEventListener("abort", interrupt, { once: true });
    return promise.finally(() => {
      clearTimeout(grace);
      stop.removeEventListener("abort", interrupt);
    });
  };
}

/** Reads the engine's resident memory from outside until it ends; DuckDB's own limit does not count everything. */
function watchMemory(
  ready: Promise<void>,
  marker: string,
  options: EngineOptions,
  onExceeded: () => void,
): { stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const begin = () => {
    if (stopped) return;
    const pid = findEngineProcess(marker);
    if (pid === null) {
      options.logger.log("ERROR", "warehouse engine not found in /proc: its memory is not watched");
      return;
    }
    timer = setInterval(() => {
      if (readResidentBytes(pid) > options.memoryLimitBytes) onExceeded();
    }, MEMORY_WATCH_MS);
    timer.unref();
  };
  ready.then(begin, () => null);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}
