import type { Jail, JailSpec } from "#sandbox/jail/jail.ts";
import { readBounded } from "#sandbox/jail/start-jail.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { readFrames, writeFrame } from "./engine/frames.ts";
import type { EngineAnswer, EngineJob, EngineReply, EngineRequest, FirstPage } from "./engine/messages.ts";
import { findEngineProcess, toEngineJail } from "./engine-jail.ts";
import type { MemoryWatch, WatchedProcess } from "./memory-watch.ts";

/** How one job left the engine. */
export type EngineResult =
  | Exclude<EngineAnswer, { kind: "interrupted" }>
  | { readonly kind: "stopped" }
  | { readonly kind: "died"; readonly reason: "memory" | "crowded" | "other" };

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
  readonly isAlive: () => boolean;
  /** Bytes that the process holds now; 0 when it is gone. */
  readonly residentBytes: () => number;
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

const START_LIMIT_MS = 20_000;
/** How long an interrupted job may take to stop. */
const INTERRUPT_GRACE_MS = 300;
const STDERR_LIMIT_BYTES = 4096;

/** The job that the engine does. */
interface Current {
  readonly id: number;
  readonly sink: JobSink;
  readonly finish: (result: EngineResult) => void;
}

/** Starts an engine in a new jail; returns at once. */
export function startEngine(options: EngineOptions, memory: MemoryWatch): EngineProcess {
  const { spec, marker } = toEngineJail(options);
  const jail = options.startJail(memory.group === null ? spec : { ...spec, joins: memory.group });
  const state = { alive: true, closing: false, current: null as Current | null };
  let watched: WatchedProcess | null = null;
  const kill = () => {
    state.alive = false;
    jail.kill();
  };
  const started = listen(jail, state, kill);
  const ready = started.then(() => {
    const pid = findEngineProcess(marker);
    if (pid === null) options.logger.log("ERROR", "warehouse engine not found: its memory is not watched");
    else watched = memory.watch(pid, kill);
  });
  ready.catch(() => null);
  jail.stdout.resume();
  jail.channel.once("close", kill);
  const complaints = readBounded(jail.stderr, STDERR_LIMIT_BYTES).catch(() => "");
  const gone = jail.exited.then(async ({ code, signal }) => {
    state.alive = false;
    const reason = watched?.end() ?? "other";
    state.current?.finish({ kind: "died", reason });
    if (state.closing) return;
    const stderr = hidePaths(await complaints);
    options.logger.log("NOTICE", "warehouse engine ended", { code, signal, reason, stderr });
  });
  const run = createRun(jail, state, kill);
  return {
    ready,
    isAlive: () => state.alive,
    residentBytes: () => watched?.residentBytes() ?? 0,
    async run(job, sink, stop) {
      if (!state.alive) return { kind: "died", reason: "other" };
      const release = watched?.expectGrowth();
      return run(job, sink, stop).finally(release);
    },
    async close() {
      state.closing = true;
      kill();
      await gone;
    },
  };
}

/** Hands what the engine says to the job that it does; resolves when the engine says that it is ready. */
function listen(jail: Jail, state: { current: Current | null }, kill: () => void): Promise<void> {
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

function hear(
  jail: Jail,
  { id, sink, finish }: Current,
  reply: Exclude<EngineReply, { kind: "ready" }>,
): void {
  if (reply.kind === "page") sink.page(reply.page);
  else if (reply.kind === "lines") {
    void sink.lines(reply.lines).then((wanted) => send(jail, { kind: wanted ? "more" : "count", id }));
  } else finish(reply.answer.kind === "interrupted" ? { kind: "stopped" } : reply.answer);
}

function send(jail: Jail, request: EngineRequest): void {
  writeFrame(jail.channel, JSON.stringify(request));
}

/** Gives the engine jobs; one that is stopped and does not end in time takes the engine with it. */
function createRun(jail: Jail, state: { current: Current | null }, kill: () => void): EngineProcess["run"] {
  let lastId = 0;
  return async (job, sink, stop) => {
    lastId += 1;
    const id = lastId;
    const { promise, resolve } = Promise.withResolvers<EngineResult>();
    let grace: NodeJS.Timeout | undefined;
    const interrupt = () => {
      send(jail, { kind: "interrupt", id });
      grace = setTimeout(() => {
        resolve({ kind: "stopped" });
        kill();
      }, INTERRUPT_GRACE_MS);
    };
    state.current = { id, sink, finish: resolve };
    send(jail, { kind: "run", id, job });
    if (stop.aborted) interrupt();
    else stop.addEventListener("abort", interrupt, { once: true });
    const result = await promise;
    clearTimeout(grace);
    stop.removeEventListener("abort", interrupt);
    state.current = null;
    return result;
  };
}
