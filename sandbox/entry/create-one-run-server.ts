import type { EventEmitter } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { Server } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { answerOrKeep } from "./answer-or-keep.ts";
import { DocumentError } from "./document.ts";
import { type ProgramDocument, readProgramDocument } from "./program-document.ts";

/** What the server is built with. */
export interface OneRunServerOptions {
  /** Runs the one program; its result is a document. */
  readonly run: (document: ProgramDocument, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly logger: Logger;
  /** Most milliseconds from the request to the end of the answer; two minutes by default. */
  readonly longestMs?: number;
}

/** A server that serves one program. */
export interface OneRunServer {
  readonly server: Http2Server;
  /** Resolves when the one request has been served, whatever came of it. */
  readonly served: Promise<void>;
  /** Takes no program from now on. @returns true when none is running */
  refuse(): boolean;
  /**
   * Takes no connection and no request from now on, says so on those that there are (GOAWAY, RFC 9113 §6.8), and resolves when they
   * are gone or were given time: whoever sent a request meanwhile knows that nothing was done with it.
   */
  close(): Promise<void>;
}

/** The answer of a container that has had its program: the same request may be sent to another one. */
const NOT_STARTED = { ":status": 503, "x-not-started": "1" } as const;
/** Larger than HTTP/2's own 64 KiB, so that files do not wait for the way there and back. */
const WINDOW_BYTES = 1024 * 1024;
const LONGEST_MS = 120_000;
const FLUSH_MS = 2_000;
/** A process that ends with unread bytes of the peer's resets the connection, and the peer may lose what it has not read by then. */
const LINGER_MS = 500;

/**
 * Serves `POST /run` with a program's document once, over HTTP/2 without TLS (RFC 9113 §3.3), which Cloud Run bounds by no size. Every
 * other program is answered 503 with `x-not-started`, because nothing of it was run. A caller who leaves ends the program, or hands it over
 * where its document says how.
 */
export function createOneRunServer(options: OneRunServerOptions): OneRunServer {
  const { logger } = options;
  const served = Promise.withResolvers<void>();
  const sessions = new Set<ServerHttp2Session>();
  let isUsed = false;
  let isRunning = false;

  async function serve(stream: ServerHttp2Stream): Promise<void> {
    isUsed = true;
    isRunning = true;
    try {
      await answer(stream, options);
    } catch (error) {
      const { cause, at } = describeCause(error);
      logger.log("WARNING", "A program was not answered", { cause, at });
      if (!stream.headersSent && !stream.destroyed) {
        stream.respond({ ":status": error instanceof DocumentError ? 400 : 500 }, { endStream: true });
      }
    }
    await Promise.race([stream.closed ? null : afterClose(stream), sleep(FLUSH_MS)]);
    await untilGone(LINGER_MS);
    isRunning = false;
    served.resolve();
  }

  async function untilGone(mostMs: number): Promise<void> {
    const leaving = [...sessions].map((session) => (session.destroyed ? null : afterClose(session)));
    await Promise.race([Promise.all(leaving), sleep(mostMs)]);
  }

  async function close(): Promise<void> {
    // Who has connected and is not accepted is cut off without a word: between two of these everyone is accepted.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    // The server's own `close` would cut off connections whose request is on its way.
    Server.prototype.close.call(server);
    for (const session of sessions) if (!session.destroyed) session.goaway();
    await untilGone(FLUSH_MS);
  }

  const server = createServer({ settings: { initialWindowSize: WINDOW_BYTES } });
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", ignore).once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", ignore);
    if (headers[":method"] !== "POST" || headers[":path"] !== "/run") {
      stream.respond({ ":status": 404 }, { endStream: true });
    } else if (isUsed) {
      stream.respond(NOT_STARTED, { endStream: true });
    } else {
      void serve(stream);
    }
  });
  return {
    server,
    served: served.promise,
    refuse() {
      isUsed = true;
      return !isRunning;
    },
    close,
  };
}

async function answer(
  stream: ServerHttp2Stream,
  { run, logger, longestMs }: OneRunServerOptions,
): Promise<void> {
  const caller = new AbortController();
  stream.once("close", () => caller.abort(new Error("The caller left")));
  const longest = AbortSignal.timeout(longestMs ?? LONGEST_MS);
  const signal = AbortSignal.any([caller.signal, longest]);
  const end = () => stream.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    const rest: AsyncIterableIterator<Uint8Array> = stream.iterator({ destroyOnReturn: false });
    const document = await readProgramDocument(rest);
    const { handOver } = document;
    if (handOver !== null) {
      await answerOrKeep({ stream, rest }, { ...document, handOver }, { run, logger, signal: longest });
      return;
    }
    const result = await run(document, signal);
    signal.throwIfAborted();
    stream.respond({ ":status": 200, "content-type": "application/octet-stream" });
    await pipeline(Readable.from(result), stream);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** A broken connection shows as its end. */
function ignore(): void {}

/** Unlike `once` of node:events it does not fail when the connection breaks, which is an end as well. */
function afterClose(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => void emitter.once("close", resolve));
}
