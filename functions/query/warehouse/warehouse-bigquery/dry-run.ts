import type { Asker, DryRun, QueryFailure, Statement } from "../warehouse.ts";
import { toBilledBytes, toUsd } from "./cost.ts";
import { judgeStatement } from "./gates/judge-statement.ts";
import { nearestNames } from "./nearest-names.ts";
import type { StatementContext } from "./statement-context.ts";
import { toFailure } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

/**
 * Says what a statement would read and cost. The gates judge it as if it were to run; the byte cap does not.
 * @throws the signal's reason, what the gates throw, AppError `warehouse_unavailable` or `overloaded`
 */
export async function dryRun(
  context: StatementContext,
  statement: Statement,
  { signal, asker }: { readonly signal: AbortSignal; readonly asker: Asker },
): Promise<DryRun | QueryFailure> {
  signal.throwIfAborted();
  try {
    const judged = await untilStopped(judgeStatement(context, statement, asker), signal);
    if (judged.kind === "failure") return await nearestNames(context, judged, signal);
    const { statementType, tables, bytesProcessed, schema } = judged.facts;
    const billed = bytesProcessed === null ? null : toBilledBytes(bytesProcessed, tables.length);
    const estimatedCostUsd = billed === null ? null : toUsd(billed, context.pricePerTib);
    return { kind: "dry-run", statementType, tables, bytesProcessed, estimatedCostUsd, schema };
  } catch (thrown) {
    signal.throwIfAborted();
    return toFailure(thrown, context);
  }
}
