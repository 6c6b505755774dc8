import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#shared/errors/app-error.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Warehouse } from "../warehouse.ts";
import { cancelRunning } from "./cancel-running.ts";
import { DEFAULT_PRICE_PER_TIB } from "./cost.ts";
import { type BigqueryClientOptions, createBigqueryClient } from "./create-bigquery-client.ts";
import { describeBigqueryTable } from "./describe-bigquery-table.ts";
import { dryRun } from "./dry-run.ts";
import { type AllowedDatasets, parseAllowedDatasets } from "./gates/allowed-datasets.ts";
import { createDryRunCache } from "./gates/dry-run-cache.ts";
import { listDatasets, listTables } from "./list-names.ts";
import { readJobPage } from "./read-job-page.ts";
import { runStatement } from "./run-statement.ts";
import type { StatementContext } from "./statement-context.ts";

/** How much one statement may bill unless the owner says otherwise: 10 GiB. */
export const DEFAULT_MAXIMUM_BYTES_BILLED = 10 * 1024 ** 3;

/** Cloud Run grants ten seconds between SIGTERM and SIGKILL. */
const CLOSE_WITHIN_MS = 8_000;

/** How to reach BigQuery, and the bounds of every statement. */
export interface BigqueryWarehouseOptions extends BigqueryClientOptions {
  /** Where jobs run, such as EU or us-central1; BigQuery finds it from the tables when unset. */
  readonly location?: string | undefined;
  /** `dataset` or `project.dataset` for tables that the statement names without one. */
  readonly defaultDataset?: string | undefined;
  /** The datasets that are open; all that the server's account may read when unset. */
  readonly allowed?: AllowedDatasets | undefined;
  /** True lets callers who may write change data and tables; false by default. */
  readonly allowWrites?: boolean | undefined;
  /** True lets statements hand rows to other services, as AI functions and remote functions do; false by default. */
  readonly allowExternal?: boolean | undefined;
  /** US dollars for a TiB that is read, for estimates; Google's list price by default. */
  readonly pricePerTib?: number | undefined;
  /** Bytes; a statement that would bill more does not run. 10 GiB by default. */
  readonly maximumBytesBilled?: number | undefined;
  /** Labels of every job, for the owner's billing export. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * The warehouse that is BigQuery. Statements pass the gates of `gates/` first; whoever leaves, a deadline or `close` cancels the
 * job, unless a handle of it was given. Nothing is called before the first statement.
 */
export function createBigqueryWarehouse(options: BigqueryWarehouseOptions): Warehouse {
  const pending = new Set<Promise<unknown>>();
  const open = new Set<AbortController>();
  const track = (work: Promise<unknown>): void => {
    const settled: Promise<unknown> = work.catch(() => undefined).finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const context: StatementContext = {
    client: createBigqueryClient(options, track),
    location: options.location,
    defaultDataset: options.defaultDataset,
    maximumBytesBilled: options.maximumBytesBilled ?? DEFAULT_MAXIMUM_BYTES_BILLED,
    pricePerTib: options.pricePerTib ?? DEFAULT_PRICE_PER_TIB,
    allowed: options.allowed ?? parseAllowedDatasets(undefined, undefined),
    allowWrites: options.allowWrites ?? false,
    allowExternal: options.allowExternal ?? false,
    dryRuns: createDryRunCache(),
    labels: options.labels ?? {},
    logger: options.logger,
    track,
  };
  let closed = false;

  /** Does some work until the caller leaves or the warehouse closes. */
  async function during<T>(signal: AbortSignal, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    if (closed) throw shuttingDown();
    const controller = new AbortController();
    open.add(controller);
    const run = work(AbortSignal.any([signal, controller.signal]));
    track(run);
    try {
      return await run;
    } finally {
      open.delete(controller);
    }
  }

  return {
    runQuery: (statement, { signal, ...how }) =>
      during(signal, (stop) => runStatement(context, statement, { ...how, signal: stop })),
    dryRun: (statement, { signal, asker }) =>
      during(signal, (stop) => dryRun(context, statement, { signal: stop, asker })),
    readRunning: (handle, limits, { signal, waitMs }) =>
      during(signal, (stop) => readJobPage(context, handle, limits, { stop, waitMs })),
    cancel: (handle, { signal }) => during(signal, (stop) => cancelRunning(context, handle, stop)),
    readPage: (reference, limits, { signal }) =>
      during(signal, async (stop) => {
        const page = await readJobPage(context, reference, limits, {
          stop,
          waitMs: Number.POSITIVE_INFINITY,
        });
        return page?.kind === "running" ? null : page;
      }),
    listDatasets: (list) => during(list.signal, (signal) => listDatasets(context, { ...list, signal })),
    listTables: (dataset, list) =>
      during(list.signal, (signal) => listTables(context, dataset, { ...list, signal })),
    describeTable: (address, asked) =>
      during(asked.signal, (signal) => describeBigqueryTable(context, address, { ...asked, signal })),
    async close(): Promise<void> {
      closed = true;
      for (const controller of open) controller.abort(shuttingDown());
      await Promise.race([Promise.all(pending), sleep(CLOSE_WITHIN_MS, undefined, { ref: false })]);
    },
  };
}

function shuttingDown(): AppError {
  return new AppError("shutting_down", "The server is stopping. Send the statement again in a moment.");
}
