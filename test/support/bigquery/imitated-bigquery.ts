import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createDuckdbWarehouse,
  type DuckdbWarehouse,
} from "#functions/query/warehouse/warehouse-duckdb/warehouse-duckdb.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import { createMemoryObjectStore } from "../../functions/query/warehouse-duckdb/memory-object-store.ts";
import { createCatalogue, type Declarations } from "./catalogue.ts";
import { answerExploration } from "./catalogue-answers.ts";
import {
  answerCancel,
  answerDryRun,
  answerInsert,
  answerJob,
  answerQuery,
  answerResults,
} from "./job-answers.ts";
import { createJobs, type ImitatedJob } from "./jobs.ts";
import { notFound, RestError, toReply } from "./rest-error.ts";
import {
  type Answer,
  type BigqueryStandIn,
  type Call,
  type CallKind,
  type Reply,
  startBigqueryStandIn,
} from "./stand-in.ts";

/** What the imitation is made of; `tables`, `locations` and `routines` are declared beside the files. */
export interface ImitatedBigqueryOptions extends Declarations {
  /** `acme` unless told otherwise; also the folder of the files. */
  readonly projectId?: string;
  /** Where datasets and jobs lie unless told otherwise: US. */
  readonly location?: string;
  /** Contents by `dataset/table.ending`, as the embedded warehouse reads them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly hasBilling?: boolean;
  /** Statements that never end by themselves. */
  readonly isEndless?: (sql: string) => boolean;
  /** Another imitation's engine with its files, which is not closed with this one. */
  readonly engine?: ImitatedEngine;
  /** Faults: answers in place of the usual ones, or around them. */
  readonly answers?: Partial<Record<CallKind, Answer>>;
}

/** The embedded warehouse over files of its own. */
export interface ImitatedEngine {
  readonly engine: DuckdbWarehouse;
  readonly folder: string;
  close(): Promise<void>;
}

/** A running one. */
export interface ImitatedBigquery extends BigqueryStandIn {
  readonly projectId: string;
  /** The embedded warehouse that answers the statements, over the same files. */
  readonly engine: DuckdbWarehouse;
  /** Jobs that were made, whatever became of them. */
  jobs(): readonly ImitatedJob[];
  /** Forgets every job, as BigQuery does after a while. */
  loseJobs(): void;
}

/**
 * Starts an imitation of BigQuery: its REST API on a loopback port, over the embedded warehouse, which answers the statements. Types,
 * tables and routines of a statement come from a reading of its own (`statement-type.ts`, `referenced-names.ts`). It needs the sandbox.
 *
 * It stands in for BigQuery's manners, not for its judgement: what a statement type, a dry run's tables or a bill really are, only
 * BigQuery can say.
 */
export async function startImitatedBigquery(
  options: ImitatedBigqueryOptions = {},
): Promise<ImitatedBigquery> {
  const { projectId = "acme", location = "US", answers = {} } = options;
  const { engine, folder, close } = options.engine ?? openEngine(projectId, options.files ?? {});
  const settings = {
    catalogue: createCatalogue(folder, projectId, location, options),
    engine,
    isEndless: options.isEndless ?? (() => false),
    hasBilling: options.hasBilling ?? true,
    slots: createSlots({
      places: 4,
      queue: 1000,
      waitMs: 120_000,
      busyMessage: "The imitation is busy.",
      retryAfterSeconds: 1,
    }),
  };
  const jobs = createJobs(settings);
  const answer = async (call: Call): Promise<Reply> => {
    switch (call.kind) {
      case "dryRun":
        return answerDryRun(settings, call);
      case "insert":
        return answerInsert(settings, jobs, call);
      case "query":
        return answerQuery(settings, jobs, call);
      case "results":
        return answerResults(settings, jobs, call);
      case "job":
        return answerJob(settings, jobs, call);
      case "cancel":
        return answerCancel(settings, jobs, call);
      case "other":
        throw notFound("the stand-in has no such path");
      default:
        return answerExploration(settings, call);
    }
  };
  const standIn = await startBigqueryStandIn(answers, (call) => answer(call).catch(refuse));
  return {
    ...standIn,
    projectId,
    engine,
    jobs: jobs.all,
    loseJobs: jobs.lose,
    async close() {
      for (const job of jobs.all()) job.stop("The stand-in is closing");
      await standIn.close();
      if (options.engine === undefined) await close();
    },
  };
}

/** Writes the files and opens the embedded warehouse over them. */
export function openEngine(projectId: string, files: Readonly<Record<string, string>>): ImitatedEngine {
  const folder = mkdtempSync(join(tmpdir(), "bigquery-"));
  // The engine reads as another user than the one who runs the tests.
  chmodSync(folder, 0o755);
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, projectId, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const engine = createDuckdbWarehouse({
    folder,
    project: projectId,
    results: createMemoryObjectStore(),
    logger: createLogger({}, () => undefined),
    maxQueued: 1000,
  });
  const close = async (): Promise<void> => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { engine, folder, close };
}

function refuse(thrown: unknown): Reply {
  if (thrown instanceof RestError) return toReply(thrown);
  throw thrown;
}
