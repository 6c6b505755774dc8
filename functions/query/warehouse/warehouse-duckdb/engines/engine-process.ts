import type { Jail, JailSpec } from "#sandbox/jail/jail.ts";
import { readBounded } from "#sandbox/jail/start-jail.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { readFrames, writeFrame } from "../engine/channel/frames.ts";
import type {
  EngineAnswer,
  EngineJob,
  EngineReply,
  EngineRequest,
  FirstPage,
} from "../engine/channel/messages.ts";
import { findEngineProcess, toEngineJail } from "./engine-jail.ts";
import type { MemoryWatch } from "./memory-watch.ts";
import { CAN_RAISE_PRIORITY, createThreadPriority, LOW_NICENESS } from "./thread-priority.ts";

/** How one job left the engine. */
export type EngineResult =
  | Exclude<EngineAnswer, { kind: "interrupted" }>
  | { readonly kind: "stopped" }
  /** The statement was not read in time. */
  | { readonly kind: "too-complex" }
  | { readonly kind: "died"; readonly reason: DeathReason };

/** Too much memory, too much together with other statements, at once or before, or anything else. */
export type DeathReason = "memory" | "crowded" | "other";

/** Takes the part of a result that does not fit into one answer. */
export interface JobSink {
  /** The first page, when more rows follow. */
  page(page: FirstPage): void;
  /** Takes lines; the engine sends none before this has resolved. @returns false when no more are wanted */
  lines(lines: string): Promise<boolean>;
}

/** One engine process in its jail; it does one job at a time. */
export interface EngineProcess {
  /** Rejects when the engine did not start; its message is private. */
  readonly ready: Promise<void>;
  /** Resolves when every process of the engine is gone, with the reason. */
  readonly ended: Promise<DeathReason>;
  readonly isAlive: () => boolean;
  /** True when it is better replaced than used again: it holds too much, or lost its priority for good. */
  readonly isWorn: () => boolean;
  /** Does a job until it ends or `stop` aborts; a job that does not stop takes the engine with it. */
  run(job: EngineJob, sink: JobSink, stop: AbortSignal): Promise<EngineResult>;
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

/** Engines may be started without the kernel's limit on memory, where Node reserves more than elsewhere. */
export interface StartOptions {
  readonly isLimited: boolean;
  /** True when nobody waits for it, so that it may start slowly beside those who compute. */
  readonly isSpare: boolean;
}

const START_LIMIT_MS = 20_000;
/** How long an interrupted job may take to stop. */
const INTERRUPT_GRACE_MS = 300;
const STDERR_LIMIT_BYTES = 4096;
/** The last words of Node and of C++ when the kernel gives no more memory. */
const OUT_OF_MEMORY = /out of memory|reserve virtual memory|bad_alloc|bad array new length/i;
/** A job that takes longer gives way to the others'. */
const LONG_JOB_MS = 25;
/** How long reading a statement may take, before anything runs. */
const UNDERSTAND_LIMIT_MS = 10_000;

/** The job that the engine does. */
interface Current {
  readonly id: number;
  readonly sink: JobSink;
  readonly finish: (result: EngineResult) => void;
  /** Told at the first word about the job. */
  readonly onHeard: () => void;
  /** True while the last lines are being stored. */
  isTaking: boolean;
}

/** What is known of an engine. */
interface State {
  alive: boolean;
  closing: boolean;
  current: Current | null;
}

/** Starts an engine in a new jail; returns at once. */
export function startEngine(
  options: EngineOptions,
  memory: MemoryWatch,
  { isLimited, isSpare }: StartOptions,
): EngineProcess {
  const { spec, marker } = toEngineJail({ ...options, isLimited });
  const startsLow = isSpare && CAN_RAISE_PRIORITY;
  const jail = options.startJail(startsLow ? { ...spec, niceness: LOW_NICENESS } : spec);
  const state: State = { alive: true, closing: false, current: null };
  const kill = () => {
    state.alive = false;
    jail.kill();
  };
  let host: HostProcess | null = null;
  const ready = listen(jail, state, kill).then(() => {
    const pid = findEngineProcess(marker);
    if (pid === null)
      throw new Error("The engine's process is not to be found, so nothing bounds its memory.");
    host = watchProcess(pid, memory, { kill, startsLow });
  });
  ready.catch(() => null);
  jail.stdout.resume();
  jail.channel.once("close", kill);
  const complaints = readBounded(jail.stderr, STDERR_LIMIT_BYTES).catch(() => "");
  const ended = jail.exited.then(async ({ code, signal }) => {
    state.alive = false;
    const killedFor = host?.end();
    const stderr = await complaints;
    const reason: DeathReason = killedFor ?? (OUT_OF_MEMORY.test(stderr) ? "memory" : "other");
    state.current?.finish({ kind: "died", reason });
    if (!state.closing) {
      const end = { code, signal, reason, stderr: hidePaths(stderr) };
      options.logger.log("NOTICE", "warehouse engine ended", end);
    }
    return reason;
  });
  const run = createRun(jail, state, kill);
  let jobs = 0;
  let hasRunOut = false;
  return {
    ready,
    ended,
    isAlive: () => state.alive,
    isWorn: () => hasRunOut || (host?.isWorn() ?? false),
    async run(job, sink, stop) {
      if (!state.alive) return { kind: "died", reason: "other" };
      const isFirst = jobs === 0;
      jobs += 1;
      const release = host?.work();
      const result = await run(job, sink, stop).finally(release);
      hasRunOut = isOutOfMemory(result);
      // DuckDB and V8 keep what earlier statements took: in another engine there may be room.
      return hasRunOut && !isFirst ? { kind: "died", reason: "crowded" } : result;
    },
    async close() {
      state.closing = true;
      kill();
      await ended;
    },
  };
}

function isOutOfMemory(result: EngineResult): boolean {
  const { kind } = result;
  return (
    kind === "outcome" && result.outcome.kind === "failure" && result.outcome.code === "query_out_of_memory"
  );
}

/** The engine's process as the host sees it. */
interface HostProcess {
  /** A job begins; it has ended when the returned function is called. */
  work(): () => void;
  isWorn(): boolean;
  end(): DeathReason | null;
}

function watchProcess(
  pid: number,
  memory: MemoryWatch,
  { kill, startsLow }: { readonly kill: () => void; readonly startsLow: boolean },
): HostProcess {
  const watched = memory.watch(pid, kill);
  const priority = createThreadPriority(pid, { startsLow });
  let isSlow = !priority.restore();
  return {
    work() {
      const settle = watched.expectGrowth();
      const timer = setTimeout(priority.lower, LONG_JOB_MS);
      return () => {
        settle();
        clearTimeout(timer);
        if (!priority.restore()) isSlow = true;
      };
    },
    isWorn: () => isSlow || watched.hasGrown(),
    end: () => watched.end(),
  };
}

/** Hands what the engine says to the job that it does; resolves when the engine says that it is ready. */
function listen(jail: Jail, state: State, kill: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(kill, START_LIMIT_MS);
  readFrames(jail.channel, (message) => {
    const reply = message as EngineReply;
    if (reply.kind === "ready") {
      clearTimeout(timer);
      resolve();
    } else if (state.current?.id === reply.id) hear(jail, state.current, reply);
  });
  void jail.exited.then(() => {
    clearTimeout(timer);
    reject(new Error("The engine ended before it was ready."));
  });
  return promise;
}

function hear(jail: Jail, current: Current, reply: Exclude<EngineReply, { kind: "ready" }>): void {
  const { id, sink, finish } = current;
  current.onHeard();
  switch (reply.kind) {
    case "understood":
      return;
    case "page":
      sink.page(reply.page);
      return;
    case "lines":
      // An engine that does not wait for its turn could fill this process: whatever runs in there is not ours any more.
      if (current.isTaking) {
        jail.kill();
        return;
      }
      current.isTaking = true;
      void sink.lines(reply.lines).then((wanted) => {
        current.isTaking = false;
        send(jail, { kind: wanted ? "more" : "count", id });
      });
      return;
    case "answer":
      finish(reply.answer.kind === "interrupted" ? { kind: "stopped" } : reply.answer);
  }
}

function send(jail: Jail, request: EngineRequest): void {
  writeFrame(jail.channel, JSON.stringify(request));
}

/** Gives the engine jobs; one that is stopped and does not end in time takes the engine with it. */
function createRun(jail: Jail, state: State, kill: () => void): EngineProcess["run"] {
  let lastId = 0;
  return async (job, sink, stop) => {
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<EngineResult>();
    const killAfter = (delayMs: number, result: EngineResult) =>
      setTimeout(() => {
        resolve(result);
        kill();
      }, delayMs);
    let grace: NodeJS.Timeout | undefined;
    const interrupt = () => {
      send(jail, { kind: "interrupt", id });
      grace = killAfter(INTERRUPT_GRACE_MS, { kind: "stopped" });
    };
    const understanding = killAfter(UNDERSTAND_LIMIT_MS, { kind: "too-complex" });
    const onHeard = () => clearTimeout(understanding);
    state.current = { id, sink, finish: resolve, onHeard, isTaking: false };
    send(jail, { kind: "run", id, job });
    if (stop.aborted) interrupt();
    else stop.addEventListener("abort", interrupt, { once: true });
    const result = await promise;
    clearTimeout(grace);
    clearTimeout(understanding);
    stop.removeEventListener("abort", interrupt);
    state.current = null;
    return result;
  };
}
