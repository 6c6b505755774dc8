import { AppError } from "#shared/errors/app-error.ts";
import type { DryRun, QueryFailure, Statement } from "../warehouse.ts";
import type { EnginePool } from "./engines/engine-pool.ts";
import type { EngineResult, JobSink } from "./engines/engine-process.ts";
import { crashed, outOfMemory, tooComplex } from "./run-statement.ts";

/** A dry run has no rows. */
const NO_SINK: JobSink = { page: () => undefined, lines: async () => false };

/**
 * Has an engine read a statement and its tables without running it. Text files are loaded for that, as their columns' types are not
 * known before.
 * @throws AppError `multiple_statements`, `write_not_allowed`, and as `EnginePool.use`; the caller's reason
 */
export async function dryRunStatement(
  pool: EnginePool,
  { sql, parameters, defaultDataset }: Statement,
  caller: AbortSignal,
): Promise<DryRun | QueryFailure> {
  const job = { kind: "dry-run", sql, parameters, defaultDataset } as const;
  const attempt = () => pool.use(caller, (engine) => engine.run(job, NO_SINK, caller));
  let result = await attempt();
  caller.throwIfAborted();
  // An engine that died for another reason than this statement's memory may have been ended by someone else's doing.
  if (result.kind === "died" && result.reason !== "memory") result = await attempt();
  caller.throwIfAborted();
  return toDryRun(result);
}

function toDryRun(result: EngineResult): DryRun | QueryFailure {
  switch (result.kind) {
    case "dry-run":
      return { ...result, statementType: "SELECT", estimatedCostUsd: 0 };
    case "outcome":
      return result.outcome.kind === "failure" ? result.outcome : crashed();
    case "refused":
      throw new AppError(result.code, result.message);
    case "too-complex":
      return tooComplex();
    case "died":
      return result.reason === "other" ? crashed() : outOfMemory();
    default:
      return crashed();
  }
}
