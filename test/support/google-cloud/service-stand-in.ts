import { EventEmitter, once } from "node:events";
import {
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../start-process.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What goes wrong with one request. */
export interface ServiceFault {
  /** Cloud Run itself answers so, and no container sees the request. */
  readonly status?: number;
  /** The container starts so much later. */
  readonly startDelayMs?: number;
  /** The request reaches a container that has a program. */
  readonly usedContainer?: true;
  /** The container dies so much after the request reached it. */
  readonly killAfterMs?: number;
  /** The container answers, and the answer does not arrive. */
  readonly loseAnswer?: true;
  /** The container answers, and neither that nor its end arrives. */
  readonly withholdAnswer?: true;
  /** The answer ends after so many bytes. */
  readonly cutAfterBytes?: number;
  /** The connection ends before anything is answered. */
  readonly hangUp?: true;
  /** The connection says that it did nothing with the request. */
  readonly refuseStream?: true;
  /** The request is handed on when all of it has come. */
  readonly holdRequest?: true;
  /** The connection ends so much after the container has read the beginning of the request; it goes on. */
  readonly breakAfterMs?: number;
}

/** A stand-in of Cloud Run before a service of the sandbox's image. */
export interface ServiceStandIn {
  readonly url: string;
  /** How many containers were started. */
  readonly started: () => number;
  /** How many programs containers were handed. */
  readonly handedOver: () => number;
  /** How many containers run. */
  readonly alive: () => number;
  /** What the containers wrote. */
  readonly logs: () => string;
  /** Makes the next requests fail, one after another. */
  fail(...faults: readonly ServiceFault[]): void;
  /** Asked for each request, by its identity token, before the faults of `fail`; null lets it be. */
  faultOf: (token: string) => ServiceFault | null;
  /** Resolves when a container begins to read a request of this identity token that it can take. */
  untilHandedOver(token: string): Promise<void>;
  /** Told of a request, by its identity token, that was to reach a used container and was cut off without a word. */
  onCutOff: (token: string) => void;
  /** Resolves when no container runs that had a program. */
  settled(): Promise<void>;
  /** Starts containers ahead, as `min_instances` does. */
  warm(count: number): Promise<void>;
  close(): Promise<void>;
}

/** How it behaves. */
export interface ServiceStandInOptions {
  /** Whether this is an identity token for the service's address. */
  readonly isIdentityGood: (token: string, audience: string) => boolean;
  /** How a container is started; the checkout's own entry by default. */
  readonly container?: { readonly command: readonly [string, ...string[]]; readonly cwd: string };
  /** Adds to the environment of containers, as the service's template does. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Containers that live at the same time; 8 by default. */
  readonly maxInstances?: number;
}

interface Container {
  readonly process: RunningProcess;
  readonly origin: string;
  isUsed: boolean;
}

/**
 * Starts it. It imitates what Cloud Run does for a service with a concurrency of one, HTTP/2 end to end and IAM: it checks the identity
 * token, starts the real entry of the image as a process with no other environment than a container's, hands one request at a time to a
 * container, ends the request there when the caller leaves, and answers 429 when no container may be started. It knows of no queue, and
 * its start is as fast as the machine. A request that a container did not take, because it was ending, is refused as untouched.
 */
export async function startServiceStandIn(options: ServiceStandInOptions): Promise<ServiceStandIn> {
  const faults: ServiceFault[] = [];
  const containers = new Set<Container>();
  const pool = createContainers(options, containers);
  const handing = new EventEmitter();
  let handedOver = 0;
  const server = createServer();
  server.on("session", (session) => session.on("error", ignore));
  server.on("stream", (stream, headers) => {
    stream.on("error", ignore);
    serve(stream, headers).catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
    if (!options.isIdentityGood(token, url)) return answer(stream, 403);
    const fault = standIn.faultOf(token) ?? faults.shift() ?? {};
    if (endEarly(stream, fault)) return;
    await sleep(fault.startDelayMs ?? 0, undefined, { ref: false });
    if (stream.destroyed) return;
    const container = await pool.take(fault.usedContainer === true);
    if (container === null) return answer(stream, 429);
    handedOver += 1;
    killLater(container, fault);
    const onward = forward(stream, headers, container, fault, () => {
      if (fault.usedContainer === true) standIn.onCutOff(token);
    });
    if (fault.usedContainer === undefined) onward.once("ready", () => handing.emit(token));
  }

  const standIn: ServiceStandIn = {
    url,
    started: pool.started,
    handedOver: () => handedOver,
    alive: () => containers.size,
    logs: pool.logs,
    fail: (...more) => void faults.push(...more),
    faultOf: () => null,
    onCutOff: () => undefined,
    untilHandedOver: (token) => new Promise((resolve) => void handing.once(token, resolve)),
    async settled() {
      while ([...containers].some(({ isUsed }) => isUsed)) await sleep(50);
    },
    warm: pool.warm,
    async close() {
      server.close();
      await Promise.all([...containers].map(({ process }) => process.stop("SIGKILL")));
    },
  };
  return standIn;
}

/** @returns true when no container is to see the request */
function endEarly(stream: ServerHttp2Stream, { status, hangUp, refuseStream }: ServiceFault): boolean {
  if (status !== undefined) answer(stream, status);
  if (hangUp) stream.session?.destroy();
  if (refuseStream) stream.close(constants.NGHTTP2_REFUSED_STREAM);
  return status !== undefined || hangUp === true || refuseStream === true;
}

function createContainers(options: ServiceStandInOptions, containers: Set<Container>) {
  const { container: image, environment = {}, maxInstances = 8 } = options;
  const all: RunningProcess[] = [];
  let starting = 0;

  async function start(): Promise<Container> {
    starting += 1;
    try {
      const process = await startProcess({
        command: image?.command ?? [globalThis.process.execPath, "sandbox/entry/service.ts"],
        cwd: image?.cwd ?? ROOT,
        environment: { HOST: "127.0.0.1", PORT: "0", ...environment },
        ready: /"port":(\d+)/,
      });
      const container = { process, origin: `http://127.0.0.1:${process.ready[1]}`, isUsed: false };
      all.push(process);
      containers.add(container);
      void process.ended.then(() => containers.delete(container));
      return container;
    } finally {
      starting -= 1;
    }
  }

  return {
    /** @param used whether one that has a program is asked for @returns null when no container may be started */
    async take(used: boolean): Promise<Container | null> {
      const known = [...containers].find(({ isUsed }) => isUsed === used);
      if (known === undefined && containers.size + starting >= maxInstances) return null;
      const container = known ?? (await start());
      container.isUsed = true;
      return container;
    },
    async warm(count: number): Promise<void> {
      await Promise.all(Array.from({ length: count }, start));
    },
    started: () => all.length,
    logs: () => all.map((process) => process.output()).join(""),
  };
}

function killLater({ process }: Container, { killAfterMs }: ServiceFault): void {
  if (killAfterMs !== undefined) setTimeout(() => void process.stop("SIGKILL"), killAfterMs);
}

/** Hands a request to a container, and its answer back. */
function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { origin }: Container,
  fault: ServiceFault,
  onSilence: () => void,
): ClientHttp2Stream {
  const session = connect(origin);
  let isConnected = false;
  session.on("error", ignore).once("connect", () => {
    isConnected = true;
  });
  const onward = session.request({
    ":method": String(headers[":method"]),
    ":path": String(headers[":path"]),
    "content-type": headers["content-type"],
  });
  onward.on("error", ignore);
  let isAnswered = false;
  const isUnheard = fault.loseAnswer === true || fault.withholdAnswer === true;
  onward.on("response", ({ ":status": status, ...more }) => {
    isAnswered = true;
    if (!isUnheard && !stream.destroyed) stream.respond({ ":status": status, ...toPlain(more) });
  });
  if (fault.holdRequest === undefined) stream.pipe(onward);
  else void text(stream).then((body) => onward.end(body), ignore);
  const { breakAfterMs } = fault;
  if (breakAfterMs !== undefined) {
    const breakOff = () => stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    // The container has read what came before a ping that it answers.
    stream.once("data", () => session.ping(() => setTimeout(breakOff, breakAfterMs)));
  }
  let left = fault.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  onward.on("data", (piece: Buffer) => {
    if (isUnheard || stream.destroyed) return;
    stream.write(piece.subarray(0, Math.max(0, left)));
    left -= piece.length;
    if (left <= 0) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  stream.once("close", () => session.destroy());
  onward.once("close", () => {
    const isRefused = onward.rstCode === constants.NGHTTP2_REFUSED_STREAM || !isConnected;
    session.destroy();
    if (fault.withholdAnswer !== undefined) return;
    if (isRefused && !isAnswered) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else if (fault.loseAnswer !== undefined) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (isAnswered) stream.end();
    else {
      // What Cloud Run says of a container that ended without an answer.
      answer(stream, 503);
      onSilence();
    }
  });
  return onward;
}

function toPlain(headers: object): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(":")));
}

function answer(stream: ServerHttp2Stream, status: number): void {
  if (!stream.destroyed && !stream.headersSent) stream.respond({ ":status": status }, { endStream: true });
}

function ignore(): void {}
