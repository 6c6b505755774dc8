import { FRAME, type Frame } from "./frames.ts";
import type { Inbox } from "./inbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { createTally, type ReceiveSandboxFile, type SandboxCollectLimits } from "./sandbox-files.ts";
import { parseCollected, parseOutput, toRest } from "./sandbox-files-report.ts";
import type { FilesReport } from "./sandbox-report.ts";

/** For so long the jail may be waited for, all waits together; a slow consumer is not counted. */
const COLLECTION_MS = 10_000;

/**
 * Takes the files that an ended program left, and hands each to `receive` while it comes. Nothing that the jail says is believed: it is
 * ended as soon as it sends more than it may, and what it then owes is said to be missing.
 * @param inputs names of the files that were put in
 * @throws what `receive` throws, and the signal's reason when it aborts; the jail is being ended then
 */
export async function receiveFiles(
  sandbox: Sandbox,
  inbox: Inbox,
  options: {
    readonly limits: SandboxCollectLimits;
    readonly receive: ReceiveSandboxFile;
    readonly inputs: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<FilesReport> {
  const { limits, receive, inputs, signal } = options;
  const isAllowed = createTally(limits);
  const next = createPatientNext(sandbox, inbox);
  try {
    for (;;) {
      const frame = await next();
      if (frame.type === FRAME.collected) {
        const collected = parseCollected(frame.payload, { limits, inputs });
        if (collected === null) throw next.fail("a report that is none");
        return collected;
      }
      const file = frame.type === FRAME.file ? parseOutput(frame.payload) : null;
      if (file === null || !isAllowed(file)) throw next.fail("a file that may not come");
      const content = createContent(next, file.sizeBytes);
      await unlessAborted(receive(file, content.pieces), signal);
      await content.finish();
    }
  } catch (error) {
    sandbox.kill();
    const cut = next.cut();
    if (cut === null) throw error;
    return { skipped: [toRest("the remaining files", "could not be read")], unchanged: [], cut };
  }
}

/** Does not wait for work that goes on although nobody wants it any more. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** Waits for frames, and ends the jail when they take too long. */
function createPatientNext(sandbox: Sandbox, inbox: Inbox) {
  let leftMs = COLLECTION_MS;
  let cut: string | null = null;

  async function next(): Promise<Frame> {
    const began = performance.now();
    const timer = setTimeout(sandbox.kill, leftMs);
    const frame = await inbox.next();
    clearTimeout(timer);
    leftMs = Math.max(0, leftMs - (performance.now() - began));
    if (frame === null) throw fail(leftMs === 0 ? "it took too long" : "the jail has ended");
    return frame;
  }

  /** Remembers: whoever consumes may put the error into another one, or swallow it. */
  function fail(reason: string): Error {
    cut ??= reason;
    return new Error(`The jail was ended: ${cut}`);
  }

  return Object.assign(next, { fail, cut: () => cut });
}

/** The content of one file, which ends with the last announced byte. */
function createContent(next: ReturnType<typeof createPatientNext>, sizeBytes: number) {
  let left = sizeBytes;
  let isOpen = true;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: a consumer may have asked for a piece that it no longer waits for. */
  function takeInTurn(): Promise<Buffer | null> {
    const taken = last.then(() => (left > 0 ? take() : null));
    last = taken.catch(() => undefined);
    return taken;
  }

  async function take(): Promise<Buffer> {
    const { type, payload } = await next();
    if (type !== FRAME.data || payload.length === 0 || payload.length > left) {
      throw next.fail(`a frame ${type} of ${payload.length} bytes where ${left} were to come`);
    }
    left -= payload.length;
    return payload;
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    for (let piece = await takeInTurn(); piece !== null && isOpen; piece = await takeInTurn()) yield piece;
  }

  return {
    pieces: read(),
    /** Lets go of what was not read: the next file comes after it. */
    async finish(): Promise<void> {
      isOpen = false;
      while (next.cut() === null && (await takeInTurn()) !== null);
      const reason = next.cut();
      if (reason !== null) throw next.fail(reason);
    },
  };
}
