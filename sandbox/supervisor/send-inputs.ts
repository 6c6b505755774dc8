import { encodeFrame, encodeJsonFrame, FRAME } from "./frames.ts";
import type { Inbox } from "./inbox.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SandboxInput } from "./sandbox-files.ts";

/** Why files could not be put into a sandbox: too much, a name that cannot be, content of another size than announced. */
export type InputProblem = "no_space" | "bad_name" | "wrong_size";

/** The files that came with a program are not fit for a sandbox. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    super(problem);
    this.problem = problem;
  }
}

const PIECE_BYTES = 256 * 1024;
/** Room that is left beside the files, for the program's text and what it begins with. */
const RESERVE_BYTES = 1024 * 1024;

/**
 * Announces the files of a program; their content is for later.
 * @returns false when the sandbox ended instead of answering
 * @throws InputError
 */
export async function announceInputs(
  sandbox: Sandbox,
  inbox: Inbox,
  parts: { readonly files: readonly SandboxInput[]; readonly codeBytes: number },
): Promise<boolean> {
  const files = parts.files.map(({ name, sizeBytes }) => [name, sizeBytes]);
  sandbox.send(encodeJsonFrame(FRAME.inputs, { files, reserve_bytes: RESERVE_BYTES + parts.codeBytes }));
  const answer = await inbox.next();
  if (answer?.type === FRAME.refused) throw toInputError(answer.payload);
  return answer?.type === FRAME.accepted;
}

/** What a frame of refusal says. */
export function toInputError(payload: Buffer): InputError {
  return new InputError(payload.toString("latin1") === "no_space" ? "no_space" : "bad_name");
}

/**
 * Sends the content of the announced files, piece by piece as fast as the sandbox takes it. Stops early when the sandbox ends or
 * refuses: its last frame then tells.
 * @param patience is told when the sandbox is waited for and when the content is
 * @throws InputError; what the content throws
 */
export async function sendInputs(
  sandbox: Sandbox,
  inbox: Inbox,
  files: readonly SandboxInput[],
  patience: { waitForSandbox(): void; rest(): void },
): Promise<void> {
  for (const { sizeBytes, content } of files) {
    let left = sizeBytes;
    for await (const piece of untilGone(content, sandbox.exited)) {
      left -= piece.byteLength;
      if (left < 0) throw new InputError("wrong_size");
      patience.waitForSandbox();
      await sendPiece(sandbox, inbox, piece);
      patience.rest();
    }
    if (inbox.isReady()) return;
    if (left > 0) throw new InputError("wrong_size");
  }
}

async function sendPiece(sandbox: Sandbox, inbox: Inbox, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength && !inbox.isReady(); at += PIECE_BYTES) {
    await sandbox.write(encodeFrame(FRAME.data, Buffer.from(piece.subarray(at, at + PIECE_BYTES))));
  }
}

/** Content that may never come is not waited for when nobody takes it any more. */
async function* untilGone(content: AsyncIterable<Uint8Array>, gone: Promise<unknown>) {
  const iterator = content[Symbol.asyncIterator]();
  const ended = gone.then(() => null);
  try {
    for (;;) {
      const next = iterator.next();
      // Whoever no longer waits is not told.
      next.catch(() => undefined);
      const result = await Promise.race([next, ended]);
      if (result === null || result.done) return;
      yield result.value;
    }
  } finally {
    // Its end is not waited for: it may be held up by what did not come.
    iterator.return?.().catch(() => undefined);
  }
}
