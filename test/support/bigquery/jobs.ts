import { setTimeout as sleep } from "node:timers/promises";
import type { Asker, Page, Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Slots } from "#shared/slots/create-slots.ts";
import { type AskedStatement, analyseStatement, type StatementAnalysis } from "./analyse-statement.ts";
import type { Catalogue } from "./catalogue.ts";
import { memberOf, numberOf, textOf } from "./json-members.ts";
import { invalidQuery, RestError } from "./rest-error.ts";
import { readRestParameters } from "./rest-parameters.ts";

/** A statement that was asked for as a job. */
export interface ImitatedJob {
  readonly id: string;
  readonly location: string;
  readonly sql: string;
  /** As it was sent. */
  readonly configuration: unknown;
  readonly startedAt: number;
  /** Ends it with BigQuery's words for why. */
  stop(why: string): void;
  /** Settles with the job, and never rejects. */
  readonly ended: Promise<void>;
  state: "RUNNING" | "DONE";
  endedAt: number | null;
  analysis: StatementAnalysis | null;
  result: Pick<Page, "schema" | "rows"> | null;
  error: RestError | null;
  cacheHit: boolean;
}

/** What jobs run with. */
export interface JobSettings {
  readonly catalogue: Catalogue;
  readonly engine: Warehouse;
  /** Statements that never end by themselves. */
  readonly isEndless: (sql: string) => boolean;
  /** Statements wait here, where they may wait long, and not before the engine. */
  readonly slots: Slots;
  /** False: every job is refused as BigQuery does for a project without billing. */
  readonly hasBilling: boolean;
}

/** BigQuery bills at least so much of a table, in whole MiB. */
const LEAST_BILLED_BYTES = 10 * 1024 * 1024;
const MIB = 1024 * 1024;
const LONGEST_MS = 120_000;

const ASKER: Asker = {
  owner: "0".repeat(32),
  requestId: "stand-in",
  tool: "query_bigquery",
  mayWrite: false,
};

/** The statements that ran, and how they are run. */
export function createJobs(settings: JobSettings) {
  const jobs = new Map<string, ImitatedJob>();
  const cache = new Map<string, Pick<Page, "schema" | "rows">>();

  async function work(job: ImitatedJob, stop: AbortSignal): Promise<void> {
    const { configuration } = job;
    const query = memberOf(configuration, "query");
    const analysis = analyse(settings, configuration, job.location);
    job.analysis = analysis;
    if (!settings.hasBilling) throw noBilling(settings.catalogue.projectId);
    checkBytes(analysis, numberOf(query, "maximumBytesBilled"));
    const key = JSON.stringify([
      job.sql,
      memberOf(query, "queryParameters"),
      memberOf(query, "defaultDataset"),
      analysis.bytes,
    ]);
    const known = memberOf(query, "useQueryCache") === false ? undefined : cache.get(key);
    job.cacheHit = known !== undefined;
    job.result = known ?? (await run(settings, analysis, configuration, stop));
    if (isCacheable(analysis)) cache.set(key, job.result);
  }

  return {
    all: () => [...jobs.values()],
    find: (id: string) => jobs.get(id),
    lose: () => jobs.clear(),
    /** @throws RestError 409 for an id that is taken */
    start(id: string, location: string, configuration: unknown): ImitatedJob {
      if (jobs.has(id))
        throw new RestError(
          409,
          "duplicate",
          `Already Exists: Job ${settings.catalogue.projectId}:${location}.${id}`,
        );
      const controller = new AbortController();
      const ended = Promise.withResolvers<void>();
      const timeoutMs = numberOf(configuration, "jobTimeoutMs");
      const job: ImitatedJob = {
        id,
        location,
        sql: textOf(memberOf(configuration, "query"), "query") ?? "",
        configuration,
        startedAt: Date.now(),
        stop: (why) => controller.abort(new RestError(499, "stopped", `Job execution was cancelled: ${why}`)),
        ended: ended.promise,
        state: "RUNNING",
        endedAt: null,
        analysis: null,
        result: null,
        error: null,
        cacheHit: false,
      };
      jobs.set(id, job);
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => job.stop(`Job timed out after ${timeoutMs / 1000}s`), timeoutMs);
      work(job, controller.signal)
        .catch((thrown: unknown) => {
          job.error = controller.signal.aborted ? controller.signal.reason : toRestError(thrown);
        })
        .finally(() => {
          clearTimeout(timer);
          job.state = "DONE";
          job.endedAt = Date.now();
          ended.resolve();
        });
      return job;
    },
  };
}

/** The statement of a configuration, as it is asked. @throws RestError */
export function analyse(
  { catalogue }: JobSettings,
  configuration: unknown,
  location: string | undefined,
): StatementAnalysis {
  return analyseStatement(catalogue, toAsked(catalogue, configuration, location));
}

/** What the engine says of a statement without its rows. @throws RestError */
export async function validate(
  settings: JobSettings,
  analysis: StatementAnalysis,
  configuration: unknown,
): Promise<Page["schema"]> {
  if (analysis.statementType !== "SELECT") return [];
  const bare = analysis.sql.replace(/;\s*$/, "");
  const sql = `SELECT * FROM (${bare}\n) LIMIT 0`;
  return (await ask(settings, { ...analysis, sql }, configuration, AbortSignal.timeout(LONGEST_MS))).schema;
}

/** Bytes that a statement is billed for. */
export function billedBytes(job: ImitatedJob): number {
  const { bytes = 0 } = job.analysis ?? {};
  if (job.cacheHit || bytes === 0 || job.error !== null) return 0;
  return Math.max(LEAST_BILLED_BYTES, Math.ceil(bytes / MIB) * MIB);
}

function toAsked(catalogue: Catalogue, configuration: unknown, location: string | undefined): AskedStatement {
  const query = memberOf(configuration, "query");
  const given = memberOf(query, "defaultDataset");
  const dataset = textOf(given, "datasetId");
  return {
    sql: textOf(query, "query") ?? "",
    defaultDataset:
      dataset === undefined ? null : { project: textOf(given, "projectId") ?? catalogue.projectId, dataset },
    location,
  };
}

async function run(
  settings: JobSettings,
  analysis: StatementAnalysis,
  configuration: unknown,
  stop: AbortSignal,
) {
  const query = memberOf(configuration, "query");
  if (settings.isEndless(textOf(query, "query") ?? ""))
    await sleep(LONGEST_MS, undefined, { signal: stop, ref: false });
  stop.throwIfAborted();
  // Nothing is written here: that such a statement came so far is all that a test may want to know.
  if (analysis.statementType !== "SELECT") return { schema: [], rows: [] };
  return ask(settings, analysis, configuration, stop);
}

async function ask(
  { engine, catalogue, slots }: JobSettings,
  { sql }: StatementAnalysis,
  configuration: unknown,
  signal: AbortSignal,
) {
  const query = memberOf(configuration, "query");
  const { defaultDataset } = toAsked(catalogue, configuration, undefined);
  const statement = {
    sql,
    timeoutMs: LONGEST_MS,
    maxRows: 100_000,
    maxCharacters: 12_000_000,
    parameters: readRestParameters(query),
    defaultDataset: defaultDataset === null ? null : `${defaultDataset.project}.${defaultDataset.dataset}`,
  };
  const giveBack = await slots.take(signal);
  const outcome = await engine
    .runQuery(statement, { signal, asker: ASKER })
    .catch((thrown: unknown) => {
      throw signal.aborted ? thrown : toRestError(thrown);
    })
    .finally(giveBack);
  if (outcome.kind === "rows") return outcome;
  if (outcome.kind === "running") throw new Error("The engine left a statement running.");
  const reasons: Readonly<Record<string, string>> = {
    query_out_of_memory: "resourcesExceeded",
    result_too_large: "responseTooLarge",
  };
  throw new RestError(400, reasons[outcome.code] ?? "invalidQuery", outcome.message);
}

function checkBytes({ bytes }: StatementAnalysis, cap: number | undefined): void {
  const billed = bytes === 0 ? 0 : Math.max(LEAST_BILLED_BYTES, Math.ceil(bytes / MIB) * MIB);
  if (cap === undefined || billed <= cap) return;
  const message = `Query exceeded limit for bytes billed: ${cap}. ${billed} or higher required.`;
  throw new RestError(400, "bytesBilledLimitExceeded", message);
}

/** BigQuery keeps no result of a statement that may answer otherwise next time, or that writes. */
function isCacheable({ statementType, sql }: StatementAnalysis): boolean {
  return statementType === "SELECT" && !/\b(CURRENT_|RAND|GENERATE_UUID|SESSION_USER)/i.test(sql);
}

function noBilling(project: string): RestError {
  const message = `Access Denied: Project ${project}: Billing has not been enabled for this project. Enable billing at https://console.cloud.google.com/billing.`;
  return new RestError(403, "billingNotEnabled", message);
}

function toRestError(thrown: unknown): RestError {
  if (thrown instanceof RestError) return thrown;
  if (thrown instanceof AppError && thrown.code !== "overloaded") return invalidQuery(thrown.message);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RestError(503, "backendError", message);
}
