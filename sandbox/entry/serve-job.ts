import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { lengthOf, readContent } from "#shared/object-store/object-store-bucket/read-content.ts";
import { callSigned } from "./call-signed.ts";
import { CLAIM_HEADERS, RESULT_HEADERS } from "./exchange-headers.ts";
import type { JobSettings } from "./job-settings.ts";
import { type ProgramDocument, readProgramDocument } from "./program-document.ts";
import { encodeResultDocument } from "./result-document.ts";

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
  if (!(await takeClaim(settings, signal))) return "not_ours";
  const document = await reading.catch(async (error: unknown) => {
    signal.throwIfAborted();
    // No other container will run it: whoever waits is told.
    await putResult(settings.outUrl, encodeResultDocument(runIdOf(settings), UNREAD, []), signal);
    throw error;
  });
  await putResult(settings.outUrl, await run(document), signal);
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

/** @returns true when the program is this container's */
async function takeClaim(
  { claimUrl, claimedUrl, execution }: JobSettings,
  signal: AbortSignal,
): Promise<boolean> {
  const nonce = randomBytes(16).toString("base64url");
  const body = JSON.stringify({ by: "container", execution, nonce });
  const taken = await callSigned(
    { method: "PUT", url: claimUrl, headers: CLAIM_HEADERS, body, alsoTake: [412] },
    signal,
  );
  await taken.body.cancel();
  if (taken.status !== 412) return true;
  // An earlier attempt may have been carried out without an answer.
  const claimed = await openObject(claimedUrl, signal);
  return claimed !== null && (await text(claimed)) === body;
}

/**
 * Opens what lies at an address; where the connection breaks it is made again.
 * @returns null when there is nothing
 */
async function openObject(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
  const open = (headers: Readonly<Record<string, string>>, alsoTake: readonly number[]) =>
    callSigned({ method: "GET", url, headers, alsoTake }, signal);
  const first = await open({}, [404]);
  if (first.status !== 404) {
    const reopen = (from: number) => open({ range: `bytes=${from}-` }, []);
    return readContent(first, { length: lengthOf(first), reopen });
  }
  await first.body.cancel();
  return null;
}

async function putResult(
  url: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const body: Uint8Array[] = [];
  for await (const piece of content) body.push(piece);
  const put = await callSigned(
    { method: "PUT", url, headers: RESULT_HEADERS, body, alsoTake: [412] },
    signal,
  );
  await put.body.cancel();
}
