import { AppError } from "#shared/errors/app-error.ts";
import type { QueryFailure, TableAddress, TableDescription } from "../../warehouse.ts";
import type { EnginePool } from "../engines/engine-pool.ts";
import type { JobSink } from "../engines/engine-process.ts";
import { outOfMemory } from "../run-statement.ts";

const TIME_LIMIT_MS = 30_000;

/** A description has no pages. */
const NO_SINK: JobSink = { page: () => undefined, lines: async () => false };

/**
 * Has an engine look at a table: what its file holds is read in the jail only.
 * @throws AppError `not_found`, and as `EnginePool.use`; the caller's reason
 */
export async function describeTableFile(
  pool: EnginePool,
  table: { readonly address: TableAddress; readonly sampleRows: number; readonly maxCharacters: number },
  caller: AbortSignal,
): Promise<TableDescription | QueryFailure> {
  const deadline = AbortSignal.timeout(TIME_LIMIT_MS);
  const stop = AbortSignal.any([caller, deadline]);
  const result = await pool
    .use(stop, (engine) =>
      engine.run({ kind: "describe", ...table, timeoutMs: TIME_LIMIT_MS }, NO_SINK, stop),
    )
    .catch((thrown: unknown) => {
      if (deadline.aborted && thrown === deadline.reason) return { kind: "stopped" } as const;
      throw thrown;
    });
  caller.throwIfAborted();
  if (result.kind === "described")
    return { ...result.table, modifiedAt: new Date(result.table.modifiedAt ?? Number.NaN) };
  if (result.kind === "outcome" && result.outcome.kind === "failure") return toFailure(result.outcome);
  if (result.kind === "stopped") return unreadable("reading it took too long");
  return result.kind === "died" && result.reason === "memory"
    ? outOfMemory()
    : unreadable("it ended the engine");
}

function toFailure(failure: QueryFailure): QueryFailure {
  if (failure.code === "table_not_found") throw new AppError("not_found", failure.message);
  return failure;
}

function unreadable(why: string): QueryFailure {
  const message = `The table could not be described: ${why}. Replace its file, or make it smaller.`;
  return { kind: "failure", code: "query_failed", message };
}
