import { afterEach } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type { Asker, RunOptions, Statement, Warehouse } from "#functions/query/warehouse/warehouse.ts";
import {
  type BigqueryWarehouseOptions,
  createBigqueryWarehouse,
} from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import {
  type Answer,
  type BigqueryStandIn,
  type CallKind,
  startBigqueryStandIn,
} from "../../../support/bigquery/stand-in.ts";

/** The schema of a result with one number. */
export const ONE = [{ name: "n", type: "INTEGER" }];

/** A statement with bounds that no test reaches by accident. */
export const SELECT: Statement = {
  sql: "SELECT n FROM `p.d.t`",
  timeoutMs: 20_000,
  maxRows: 1000,
  maxCharacters: 95_000,
  parameters: [],
  defaultDataset: null,
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A warehouse over a stand-in for BigQuery's REST interface; both are closed after the test. */
export async function start(
  answers: Partial<Record<CallKind, Answer>> = {},
  options: BigqueryWarehouseOptions = { authClient: new PassThroughClient(), projectId: "stand-in" },
): Promise<{ standIn: BigqueryStandIn; warehouse: Warehouse }> {
  const standIn = await startBigqueryStandIn(answers);
  const warehouse = createBigqueryWarehouse({ ...options, apiEndpoint: standIn.endpoint });
  cleanups.push(
    () => standIn.close(),
    () => warehouse.close(),
    async () => standIn.refuseAll(),
  );
  return { standIn, warehouse };
}

/** A caller who may read. */
export const ASKER: Asker = {
  owner: "0123456789abcdef0123456789abcdef",
  requestId: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
  tool: "query_bigquery",
  mayWrite: false,
};

/** A caller who never leaves. */
export const quiet = (): RunOptions => ({ signal: new AbortController().signal, asker: ASKER });

/** The answer to a job that has not ended. */
export const stillRunning: Answer = () => ({ body: { jobComplete: false } });
