import type { BigQuery, Job } from "@google-cloud/bigquery";
import type { PageReference } from "../warehouse.ts";

/** Where the rows of a job's result lie: BigQuery keeps them for about a day. */
export interface JobPlace {
  readonly job: string;
  /** Empty when BigQuery finds it by itself. */
  readonly location: string;
  /** Row to go on at, from 0. */
  readonly start: number;
  /** How many tables the statement reads, for the price. */
  readonly tables: number;
}

/** Writes a place down. */
export function toReference({ job, location, start, tables }: JobPlace): PageReference {
  return { job, location, start, tables };
}

/** @returns null for a reference that was not made here */
export function parsePlace({ job, location, start, tables }: PageReference): JobPlace | null {
  if (typeof job !== "string" || !/^query_[0-9a-f-]{36}$/.test(job)) return null;
  if (typeof location !== "string" || !isCount(start) || !isCount(tables)) return null;
  return { job, location, start, tables };
}

/** The job at a place. */
export function jobAt(client: BigQuery, { job, location }: Pick<JobPlace, "job" | "location">): Job {
  return client.job(job, location === "" ? {} : { location });
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
