import type { PageReference } from "../warehouse.ts";
import { parsePlace } from "./read-job-page.ts";
import { memberOf } from "./rest-value.ts";
import type { StatementContext } from "./run-statement.ts";
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
  const job = client.job(place.job, place.location === "" ? {} : { location: place.location });
  try {
    const [answer] = await untilStopped(job.cancel(), stop);
    const state = memberOf(memberOf(memberOf(answer, "job"), "status"), "state");
    return state === "DONE" ? "ended" : "cancelled";
  } catch (thrown) {
    stop.throwIfAborted();
    if (statusOf(thrown) === 404) return null;
    throw unavailable(thrown);
  }
}
