import { createContainerClaim } from "./container-claim.ts";
import type { JobSettings } from "./job-settings.ts";
import { type ProgramDocument, readProgramDocument } from "./program-document.ts";
import { encodeResultDocument } from "./result-document.ts";
import { openObject, putResult, readPieces } from "./signed-objects.ts";

/** What became of a container of the job. */
export type JobEnd =
  /** The result has been put, or was there. */
  | "done"
  /** Another container has the program, or the function has taken it back. */
  | "not_ours";

const UNREAD = {
  kind: "refused",
  code: "sandbox_unavailable",
  message: "The program did not reach its sandbox, and has not run: send it again in a moment.",
} as const;

/**
 * Fetches the program that the addresses are for, runs it once and puts its result. The program belongs to the container that creates the
 * claim; whoever finds it created runs nothing.
 * @param run as `runDocument`
 * @throws Error when the storage refuses or stays away, or the program is not there; what `run` throws; the signal's reason
 */
export async function serveJob(
  settings: JobSettings,
  run: (document: ProgramDocument) => Promise<AsyncIterable<Uint8Array>>,
  signal: AbortSignal,
): Promise<JobEnd> {
  // Both at once; which of several containers reads it matters to nobody.
  const reading = readProgram(settings.inUrl, signal);
  reading.catch(() => undefined);
  if (!(await createContainerClaim(settings, settings.execution).take(signal))) return "not_ours";
  const put = async (result: AsyncIterable<Uint8Array>) =>
    putResult(settings.outUrl, await readPieces(result), signal);
  const document = await reading.catch(async (error: unknown) => {
    signal.throwIfAborted();
    // No other container will run it: whoever waits is told.
    await put(encodeResultDocument(runIdOf(settings), UNREAD, []));
    throw error;
  });
  await put(await run(document));
  return "done";
}

async function readProgram(inUrl: string, signal: AbortSignal): Promise<ProgramDocument> {
  const content = await openObject(inUrl, signal);
  if (content === null) throw new Error("The program is gone.");
  return readProgramDocument(content);
}

/** The last step of every address of a run. */
function runIdOf({ inUrl }: JobSettings): string {
  return new URL(inUrl).pathname.split("/").at(-1) ?? "";
}
