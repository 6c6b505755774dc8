import type { BigQuery } from "@google-cloud/bigquery";
import type { PageLimits, PageReference, QueryOutcome } from "../warehouse.ts";
import { type JobRows, readRows } from "./read-rows.ts";
import { statusOf, toFailure } from "./to-failure.ts";

/** A row of a job's result: BigQuery keeps results for about a day. */
export interface JobPlace {
  readonly job: string;
  /** Empty when BigQuery finds it by itself. */
  readonly location: string;
  /** From 0. */
  readonly start: number;
}

/** Where a page that began at `place` goes on; null at the end. */
export function toReference(page: JobRows, place: JobPlace): PageReference | null {
  if (page.truncatedBy === null) return null;
  return { ...place, start: place.start + page.rows.length };
}

/**
 * Reads a page of the result of a job that has run.
 * @returns null when the result is no longer kept, or the reference is none of ours
 * @throws the signal's reason, AppError `warehouse_unavailable` or `overloaded`
 */
export async function readJobPage(
  { client, maximumBytesBilled }: { readonly client: BigQuery; readonly maximumBytesBilled: number },
  reference: PageReference,
  limits: PageLimits,
  stop: AbortSignal,
): Promise<QueryOutcome | null> {
  const place = parsePlace(reference);
  if (place === null) return null;
  const job = client.job(place.job, place.location === "" ? {} : { location: place.location });
  try {
    const page = await readRows(job, { start: place.start, limits }, stop);
    return page.kind === "failure" ? page : { ...page, next: toReference(page, place) };
  } catch (thrown) {
    stop.throwIfAborted();
    if (statusOf(thrown) === 404) return null;
    return toFailure(thrown, maximumBytesBilled);
  }
}

/** @returns null for a reference that was not made here */
export function parsePlace({ job, location, start }: PageReference): JobPlace | null {
  if (typeof job !== "string" || !/^query_[0-9a-f-]{36}$/.test(job)) return null;
  if (typeof location !== "string" || typeof start !== "number") return null;
  return Number.isSafeInteger(start) && start >= 0 ? { job, location, start } : null;
}
