import type { PageReference } from "../warehouse.ts";
import { jobAt, parsePlace } from "./job-place.ts";
import { memberOf } from "./rest-value.ts";
import type { StatementContext } from "./statement-context.ts";
import { statusOf, unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

/**
 * Cancels a job that was left running.
 * @returns `ended` when it had ended before; null when BigQuery knows no such job
 * @throws the signal's reason, AppError `warehouse_unavailable`
 */
export async function cancelRunning(
  { client }: StatementContext,
  handle: PageReference,
  stop: AbortSignal,
): Promise<"cancelled" | "ended" | null> {
  const place = parsePlace(handle);
  if (place === null) return null;
  const job = jobAt(client, place);
  try {
    const [metadata] = await untilStopped(job.getMetadata(), stop);
    if (memberOf(memberOf(metadata, "status"), "state") === "DONE") return "ended";
    await untilStopped(job.cancel(), stop);
    return "cancelled";
  } catch (thrown) {
    stop.throwIfAborted();
    if (statusOf(thrown) === 404) return null;
    throw unavailable(thrown);
  }
}
