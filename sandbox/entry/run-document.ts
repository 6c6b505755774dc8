import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { describeInputProblem } from "../supervisor/describe-input-problem.ts";
import type { FindObstacle } from "../supervisor/find-obstacle.ts";
import { SandboxError } from "../supervisor/run-program.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import { InputError } from "../supervisor/send-inputs.ts";
import type { SandboxPool } from "../zygote/sandbox-pool.ts";
import type { DocumentFile } from "./document.ts";
import type { ProgramDocument } from "./program-document.ts";
import { type DocumentedOutcome, encodeResultDocument } from "./result-document.ts";
import { toDocumentedResult } from "./to-documented-result.ts";

/** What a document is run with. */
export interface RunDocumentOptions {
  readonly pool: Pick<SandboxPool, "run">;
  /** The limits that the pool was opened with. */
  readonly limits: SandboxLimits;
  readonly findObstacle: FindObstacle;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Runs the program of a document once, and never again, whatever happens.
 * @returns its result as a document: what the program left is held in memory, within the limits of the program
 * @throws the signal's reason when it aborts; DocumentError when the files of the document do not come, before the program starts
 */
export async function runDocument(
  { runId, program }: ProgramDocument,
  options: RunDocumentOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const { pool, signal, logger } = options;
  const files: DocumentFile[] = [];
  try {
    const { report, start } = await pool.run(program, {
      signal,
      async receive({ name, sizeBytes }, content) {
        const pieces: Uint8Array[] = [];
        for await (const piece of content) pieces.push(piece);
        files.push({ name, sizeBytes, content: replay(pieces) });
      },
    });
    const { cut } = report.files;
    if (cut !== null) logger.log("WARNING", "A sandbox did not hand over all files", { start, cause: cut });
    if (report.why === "lost") logger.log("WARNING", "A sandbox ended without a report", { start });
    const outcome: DocumentedOutcome = { kind: "ran", result: toDocumentedResult(report, start) };
    return encodeResultDocument(runId, outcome, files);
  } catch (error) {
    signal.throwIfAborted();
    return encodeResultDocument(runId, await toRefusal(error, program.language, options), []);
  }
}

async function* replay(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function toRefusal(
  error: unknown,
  language: ProgramDocument["program"]["language"],
  { limits, findObstacle, logger }: RunDocumentOptions,
): Promise<DocumentedOutcome> {
  if (error instanceof InputError) {
    return { kind: "refused", code: "invalid_file", message: describeInputProblem(error.problem, limits) };
  }
  if (!(error instanceof SandboxError)) throw error;
  logger.log("ERROR", "A sandbox failed", { cause: hidePaths(error.message) });
  const obstacle = await findObstacle(language);
  const message = obstacle ?? "The sandbox did not start: try again; if it stays, look in the server's log.";
  return { kind: "refused", code: "sandbox_unavailable", message };
}
