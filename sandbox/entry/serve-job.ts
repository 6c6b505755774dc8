import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { lengthOf, readContent } from "#shared/object-store/object-store-bucket/read-content.ts";
import { callSigned } from "./call-signed.ts";
import { CLAIM_HEADERS, RESULT_HEADERS } from "./exchange-headers.ts";
import type { JobSettings } from "./job-settings.ts";
import { type ProgramDocument, readProgramDocument } from "./program-document.ts";

/** What became of a container of the job. */
export type JobEnd =
  /** The result has been put, or was there. */
  | "done"
  /** Another container has the program, or nobody wants it any more. */
  | "not_ours";

/**
 * Fetches the program that the addresses are for, runs it once and puts its result. The program belongs to the container that creates the
 * claim; whoever finds it created runs nothing.
 * @param run as `runDocument`
 * @throws Error when the storage refuses or stays away; what `run` throws; the signal's reason
 */
export async function serveJob(
  settings: JobSettings,
  run: (document: ProgramDocument) => Promise<AsyncIterable<Uint8Array>>,
  signal: AbortSignal,
): Promise<JobEnd> {
  // Who cannot have the program leaves it to another one.
  const content = await openObject(settings.inUrl, signal);
  if (content === null || !(await takeClaim(settings, signal))) return "not_ours";
  const result = await run(await readProgramDocument(content));
  await putResult(settings.outUrl, result, signal);
  return "done";
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
  await taken.body?.cancel();
  if (taken.status !== 412) return true;
  // An earlier attempt may have been carried out without an answer.
  const claimed = await openObject(claimedUrl, signal);
  return claimed !== null && (await text(claimed)) === body;
}

/**
 * Opens what lies at an address; where the connection breaks it is made again.
 * @returns null when there is nothing: a program that nobody wants any more
 */
async function openObject(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
  const open = (headers: Readonly<Record<string, string>>, alsoTake: readonly number[]) =>
    callSigned({ method: "GET", url, headers, alsoTake }, signal);
  const first = await open({}, [404]);
  if (first.status !== 404) {
    const reopen = (from: number) => open({ range: `bytes=${from}-` }, []);
    return readContent(first, { length: lengthOf(first), reopen });
  }
  await first.body?.cancel();
  return null;
}

async function putResult(
  url: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of content) pieces.push(new Uint8Array(piece));
  const body = new Blob(pieces);
  const put = await callSigned(
    { method: "PUT", url, headers: RESULT_HEADERS, body, alsoTake: [412] },
    signal,
  );
  await put.body?.cancel();
}
