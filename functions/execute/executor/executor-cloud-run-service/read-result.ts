import { type ReadResult, readResultDocument } from "#sandbox/entry/result-document.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { ReceiveFile, RunResult } from "../executor.ts";
import type { ServiceRun } from "./service-run.ts";

/** Takes each file of a result once, whichever way and however often the result comes. */
export function receiveOnce(receive: ReceiveFile): ReceiveFile {
  const received = new Set<string>();
  return async (file, content) => {
    if (received.has(file.name)) return;
    await receive(file, content);
    received.add(file.name);
  };
}

/** Reads the result of a run. @throws as `readResultDocument` */
export function readResult(
  content: AsyncIterable<Uint8Array>,
  { runId, collect }: ServiceRun,
  receive: ReceiveFile,
): Promise<ReadResult> {
  return readResultDocument(content, { runId, collect, receive });
}

/** @throws AppError when the sandbox refused the program */
export function toRunResult({ outcome }: ReadResult): RunResult {
  if (outcome.kind === "refused") throw new AppError(outcome.code, outcome.message);
  return outcome.result;
}
