import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { StatementAnalysis } from "./analyse-statement.ts";
import { sameLocation } from "./catalogue.ts";
import {
  analyse,
  billedBytes,
  type createJobs,
  type ImitatedJob,
  type JobSettings,
  validate,
} from "./jobs.ts";
import { memberOf, numberOf, textOf } from "./json-members.ts";
import { notFound, RestError } from "./rest-error.ts";
import { toRestFields, toRestRow } from "./rest-rows.ts";
import type { Call, Reply } from "./stand-in.ts";

type Jobs = ReturnType<typeof createJobs>;

/** How long `getQueryResults` and `jobs.query` wait for a job unless told otherwise, and at most. */
const WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 200_000;
/** BigQuery cuts a page of rows at about so many bytes. */
const PAGE_BYTES = 10 * 1024 * 1024;

/** Answers a dry run, by `jobs.insert` or `jobs.query`. @throws RestError */
export async function answerDryRun(settings: JobSettings, call: Call): Promise<Reply> {
  const configuration = configurationOf(call);
  const reference = memberOf(call.body, "jobReference");
  const location = textOf(reference, "location") ?? textOf(call.body, "location");
  const analysis = analyse(settings, configuration, location);
  const schema = { fields: toRestFields(await validate(settings, analysis, configuration)) };
  const bytes = String(analysis.bytes);
  const facts = {
    statementType: analysis.statementType,
    totalBytesProcessed: bytes,
    totalBytesBilled: "0",
    cacheHit: false,
  };
  const named = namedIn(analysis);
  if (call.path.endsWith("/queries")) {
    return {
      body: {
        kind: "bigquery#queryResponse",
        jobComplete: true,
        totalRows: "0",
        schema,
        totalBytesProcessed: bytes,
        cacheHit: false,
      },
    };
  }
  return {
    body: {
      kind: "bigquery#job",
      configuration: { query: memberOf(configuration, "query"), dryRun: true, jobType: "QUERY" },
      // A dry run has no id: https://cloud.google.com/bigquery/docs/running-queries#dry-run
      jobReference: { projectId: settings.catalogue.projectId, location: analysis.location },
      status: { state: "DONE" },
      statistics: {
        creationTime: String(Date.now()),
        totalBytesProcessed: bytes,
        query: { ...facts, totalBytesProcessedAccuracy: "PRECISE", schema, ...named },
      },
    },
  };
}

/** Answers `jobs.insert`. @throws RestError */
export function answerInsert(settings: JobSettings, jobs: Jobs, call: Call): Reply {
  const reference = memberOf(call.body, "jobReference");
  const job = startJob(settings, jobs, {
    id: textOf(reference, "jobId") ?? randomUUID(),
    location: textOf(reference, "location"),
    configuration: configurationOf(call),
  });
  return { body: toResource(settings, job) };
}

/** Answers `jobs.query`, which waits for the job. @throws RestError */
export async function answerQuery(settings: JobSettings, jobs: Jobs, call: Call): Promise<Reply> {
  const job = startJob(settings, jobs, {
    id: `job_${randomUUID()}`,
    location: textOf(call.body, "location"),
    configuration: configurationOf(call),
  });
  const useInt64Timestamp = memberOf(memberOf(call.body, "formatOptions"), "useInt64Timestamp") === true;
  const { body } = await resultsOf(settings, job, {
    waitMs: numberOf(call.body, "timeoutMs"),
    start: 0,
    maxResults: numberOf(call.body, "maxResults"),
    useInt64Timestamp,
  });
  return {
    body: {
      ...body,
      kind: "bigquery#queryResponse",
      location: job.location,
      totalBytesBilled: String(billedBytes(job)),
    },
  };
}

/** Answers `jobs.getQueryResults`. @throws RestError */
export async function answerResults(settings: JobSettings, jobs: Jobs, call: Call): Promise<Reply> {
  const { query } = call;
  const job = findJob(settings, jobs, call.path.split("/").at(-1), query["location"]);
  const token = query["pageToken"];
  return resultsOf(settings, job, {
    waitMs: numberOf(query, "timeoutMs"),
    start: token === undefined ? (numberOf(query, "startIndex") ?? 0) : readToken(job, token),
    maxResults: numberOf(query, "maxResults"),
    useInt64Timestamp: query["formatOptions.useInt64Timestamp"] === "true",
  });
}

/** Answers `jobs.get`. @throws RestError */
export function answerJob(settings: JobSettings, jobs: Jobs, call: Call): Reply {
  return {
    body: toResource(settings, findJob(settings, jobs, call.path.split("/").at(-1), call.query["location"])),
  };
}

/** Answers `jobs.cancel`, which does not wait for the job's end. @throws RestError */
export function answerCancel(settings: JobSettings, jobs: Jobs, call: Call): Reply {
  const job = findJob(settings, jobs, call.path.split("/").at(-2), call.query["location"]);
  job.stop("User requested cancellation");
  return { body: { kind: "bigquery#jobCancelResponse", job: toResource(settings, job) } };
}

function configurationOf({ body, path }: Call): unknown {
  if (!path.endsWith("/queries")) return memberOf(body, "configuration");
  return { query: body, jobTimeoutMs: memberOf(body, "jobTimeoutMs"), labels: memberOf(body, "labels") };
}

function startJob(
  settings: JobSettings,
  jobs: Jobs,
  {
    id,
    location,
    configuration,
  }: { readonly id: string; readonly location: string | undefined; readonly configuration: unknown },
): ImitatedJob {
  let found = location;
  try {
    found ??= analyse(settings, configuration, undefined).location;
  } catch (thrown) {
    // The job says what is wrong, once it is asked for.
    if (!(thrown instanceof RestError)) throw thrown;
  }
  return jobs.start(id, found ?? settings.catalogue.location, configuration);
}

/** "The location is required except for US and EU": https://cloud.google.com/bigquery/docs/locations#specify_locations. */
function findJob(
  { catalogue }: JobSettings,
  jobs: Jobs,
  id: string | undefined,
  location: string | undefined,
): ImitatedJob {
  const job = jobs.find(id ?? "");
  const isThere =
    job !== undefined &&
    (location === undefined ? /^(us|eu)$/i.test(job.location) : sameLocation(job.location, location));
  if (isThere) return job;
  throw notFound(`Job ${catalogue.projectId}:${location === undefined ? "" : `${location}.`}${id}`);
}

interface AskedRows {
  readonly waitMs: number | undefined;
  readonly start: number;
  readonly maxResults: number | undefined;
  readonly useInt64Timestamp: boolean;
}

async function resultsOf(
  settings: JobSettings,
  job: ImitatedJob,
  asked: AskedRows,
): Promise<{ readonly body: Readonly<Record<string, unknown>> }> {
  await Promise.race([
    job.ended,
    sleep(Math.min(asked.waitMs ?? WAIT_MS, LONGEST_WAIT_MS), undefined, { ref: false }),
  ]);
  const jobReference = referenceTo(settings, job);
  if (job.state === "RUNNING")
    return { body: { kind: "bigquery#getQueryResultsResponse", jobReference, jobComplete: false } };
  if (job.error !== null) throw job.error;
  const { schema = [], rows = [] } = job.result ?? {};
  const shown: unknown[] = [];
  let bytes = 0;
  for (const row of rows.slice(
    asked.start,
    asked.start + Math.min(asked.maxResults ?? rows.length, rows.length),
  )) {
    const cells = toRestRow(schema, row, asked.useInt64Timestamp);
    bytes += JSON.stringify(cells).length;
    if (shown.length > 0 && bytes > PAGE_BYTES) break;
    shown.push(cells);
  }
  const next = asked.start + shown.length;
  const hasRows = job.analysis?.statementType === "SELECT";
  return {
    body: {
      kind: "bigquery#getQueryResultsResponse",
      jobReference,
      jobComplete: true,
      cacheHit: job.cacheHit,
      totalBytesProcessed: String(job.cacheHit ? 0 : (job.analysis?.bytes ?? 0)),
      ...(hasRows
        ? { schema: { fields: toRestFields(schema) }, totalRows: String(rows.length) }
        : { numDmlAffectedRows: "0" }),
      ...(shown.length > 0 ? { rows: shown } : {}),
      ...(next < rows.length && hasRows ? { pageToken: writeToken(job, next) } : {}),
    },
  };
}

function writeToken(job: ImitatedJob, start: number): string {
  return Buffer.from(JSON.stringify([job.id, start])).toString("base64url");
}

/** @throws RestError for a token of another job, or none */
function readToken(job: ImitatedJob, token: string): number {
  try {
    const [id, start]: unknown[] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (id === job.id && typeof start === "number") return start;
  } catch {
    // Not JSON: none of ours.
  }
  throw new RestError(400, "invalid", "Invalid page token");
}

function referenceTo({ catalogue }: JobSettings, { id, location }: ImitatedJob) {
  return { projectId: catalogue.projectId, jobId: id, location };
}

function toResource(settings: JobSettings, job: ImitatedJob) {
  const { error, analysis } = job;
  const said = error === null ? null : { reason: error.reason, message: error.message };
  const bytes = String(job.cacheHit ? 0 : (analysis?.bytes ?? 0));
  const ended = job.state === "DONE" && analysis !== null;
  return {
    kind: "bigquery#job",
    id: `${settings.catalogue.projectId}:${job.location}.${job.id}`,
    jobReference: referenceTo(settings, job),
    configuration: job.configuration,
    status: { state: job.state, ...(said === null ? {} : { errorResult: said, errors: [said] }) },
    statistics: {
      creationTime: String(job.startedAt),
      startTime: String(job.startedAt),
      ...(job.endedAt === null ? {} : { endTime: String(job.endedAt) }),
      ...(ended ? { totalBytesProcessed: bytes } : {}),
      query: ended
        ? {
            statementType: analysis.statementType,
            totalBytesProcessed: bytes,
            totalBytesBilled: String(billedBytes(job)),
            cacheHit: job.cacheHit,
            ...namedIn(analysis),
          }
        : {},
    },
  };
}

function namedIn({ tables, routines }: StatementAnalysis) {
  return {
    ...(tables.length === 0
      ? {}
      : {
          referencedTables: tables.map(({ project, dataset, table }) => ({
            projectId: project,
            datasetId: dataset,
            tableId: table,
          })),
        }),
    ...(routines.length === 0
      ? {}
      : {
          referencedRoutines: routines.map(({ project, dataset, routine }) => ({
            projectId: project,
            datasetId: dataset,
            routineId: routine,
          })),
        }),
  };
}
