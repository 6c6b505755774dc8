import type { PageLimits, PageReference, QueryOutcome, Running } from "../warehouse.ts";
import { type JobPlace, jobAt, parsePlace, toReference } from "./job-place.ts";
import { type JobRows, readRows } from "./read-rows.ts";
import type { StatementContext } from "./statement-context.ts";
import { statusOf, toFailure } from "./to-failure.ts";

/** The page that ends before its result does, with where to go on. */
export function withNext(page: JobRows, place: JobPlace): QueryOutcome {
  const next =
    page.truncatedBy === null ? null : toReference({ ...place, start: place.start + page.rows.length });
  return { ...page, next };
}

/**
 * Reads a page of a job's result, and waits for the job until then. The job goes on whatever happens here.
 * @param waitMs how long to wait; Infinity for a job that has ended
 * @returns null when the result is no longer kept, or the reference is none of ours
 * @throws the signal's reason, AppError `warehouse_unavailable` or `overloaded`
 */
export async function readJobPage(
  context: StatementContext,
  reference: PageReference,
  limits: PageLimits,
  { stop, waitMs }: { readonly stop: AbortSignal; readonly waitMs: number },
): Promise<QueryOutcome | Running | null> {
  const place = parsePlace(reference);
  if (place === null) return null;
  const { start, tables } = place;
  const waitUntil = performance.now() + waitMs;
  try {
    const question = { start, limits, tables, pricePerTib: context.pricePerTib, waitUntil };
    const page = await readRows(jobAt(context.client, place), question, stop);
    if (page === null) return { kind: "running", handle: reference };
    return page.kind === "failure" ? page : withNext(page, place);
  } catch (thrown) {
    stop.throwIfAborted();
    if (statusOf(thrown) === 404) return null;
    return toFailure(thrown, context);
  }
}
