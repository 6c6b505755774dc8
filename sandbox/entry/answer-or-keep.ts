import type { ServerHttp2Stream } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createContainerClaim } from "./container-claim.ts";
import { holdRun } from "./hold-run.ts";
import type { HandOverAddresses, ProgramDocument } from "./program-document.ts";
import { encodeResultDocument } from "./result-document.ts";
import { putResult, readPieces } from "./signed-objects.ts";

/** What a program is run with whose run is handed over when its caller goes. */
export interface KeepOptions {
  readonly run: (document: ProgramDocument, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly logger: Logger;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** The program's caller, and what still comes from there. */
export interface Caller {
  readonly stream: ServerHttp2Stream;
  /** The request's body behind the program: the name of the run when its answer has been taken, and its end. */
  readonly rest: AsyncIterator<Uint8Array>;
}

/** As the claim's name for others. */
const EXECUTION = "service";
const WATCH_MS = 2_000;
/** The caller says at once that it has the answer. */
const TAKEN_MS = 500;
/** A caller that reads nothing for so long is frozen, or gone. */
const STALL_MS = 5_000;

/**
 * Runs a program and answers with its result. The caller ends its request with the name of the run when it has all of the answer. Where that
 * does not come, or the connection ends at any time, the run becomes this container's, which leaves the result at the address for it. A run
 * that was given up ends.
 * @throws Error when the run was given up, or the storage is away when it is needed; the signal's reason
 */
export async function answerOrKeep(
  caller: Caller,
  document: ProgramDocument & { readonly handOver: HandOverAddresses },
  { run, logger, signal }: KeepOptions,
): Promise<void> {
  const { stream } = caller;
  const { handOver, runId } = document;
  const held = holdRun(stream, createContainerClaim(handOver, EXECUTION), { signal, watchMs: WATCH_MS });
  try {
    const ended = AbortSignal.any([signal, held.givenUp]);
    const result = await run(document, ended).catch((error: unknown) => {
      ended.throwIfAborted();
      logger.log("ERROR", "A program has no result", { ...describeCause(error) });
      return toNoResult(runId);
    });
    const pieces = await readPieces(result);
    ended.throwIfAborted();
    if (await isTaken(caller, pieces, runId)) return;
    if (!(await held.keep())) throw new Error("Nobody wants the result any more");
    await putResult(handOver.outUrl, pieces, signal);
    logger.log("NOTICE", "A result was left for another instance");
  } finally {
    held.release();
    // A caller that did not say so has nothing more to say.
    if (stream.headersSent) stream.close();
  }
}

/** Whoever waits for a run that is this container's is told that there will be nothing. */
function toNoResult(runId: string): AsyncIterable<Uint8Array> {
  const message = "The sandbox did not get the whole program, or failed: send it again.";
  return encodeResultDocument(runId, { kind: "refused", code: "sandbox_unavailable", message }, []);
}

/** Sends the answer without its end. @returns true when the caller has said that it has all of it */
async function isTaken(
  { stream, rest }: Caller,
  pieces: readonly Uint8Array[],
  runId: string,
): Promise<boolean> {
  if (stream.closed) return false;
  const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  stream.respond({
    ":status": 200,
    "content-type": "application/octet-stream",
    "x-result-bytes": String(size),
  });
  for (const piece of pieces) {
    if (stream.closed || (!stream.write(piece) && !(await isDrained(stream)))) return false;
  }
  return Promise.race([endsWith(rest, runId), sleep(TAKEN_MS, false)]);
}

/** @returns false when nothing is read for too long, or the connection ends */
function isDrained(stream: ServerHttp2Stream): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (drained: boolean) => {
      clearTimeout(timer);
      stream.off("drain", onDrain).off("close", onClose);
      resolve(drained);
    };
    const onDrain = () => settle(true);
    const onClose = () => settle(false);
    const timer = setTimeout(onClose, STALL_MS);
    stream.on("drain", onDrain).on("close", onClose);
    if (stream.closed) onClose();
  });
}

/** The end alone says nothing: whatever stands between may make one of a connection that broke. */
async function endsWith(rest: AsyncIterator<Uint8Array>, word: string): Promise<boolean> {
  let tail = Buffer.alloc(0);
  try {
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      tail = Buffer.concat([tail, next.value.subarray(-word.length)]).subarray(-word.length);
    }
    return tail.toString("latin1") === word;
  } catch {
    return false;
  }
}
