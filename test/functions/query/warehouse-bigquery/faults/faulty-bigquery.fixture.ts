import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type {
  Asker,
  QueryOutcome,
  Running,
  Statement,
  Warehouse,
} from "#functions/query/warehouse/warehouse.ts";
import {
  type BigqueryWarehouseOptions,
  createBigqueryWarehouse,
} from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import {
  type ImitatedBigquery,
  type ImitatedBigqueryOptions,
  type ImitatedEngine,
  openEngine,
  startImitatedBigquery,
} from "../../../../support/bigquery/imitated-bigquery.ts";

/** BigQuery with something wrong, and the adapter that talks to it. */
export interface FaultyBigquery {
  readonly bigquery: ImitatedBigquery;
  readonly warehouse: Warehouse;
  ask(sql: string, more?: Partial<Statement>): Promise<QueryOutcome | Running>;
}

const ASKER: Asker = {
  owner: "0123456789abcdef0123456789abcdef",
  requestId: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
  tool: "query_bigquery",
  mayWrite: false,
};

/** The statement of most tests, and its only row. */
export const SUM = "SELECT SUM(n) AS total FROM d.t";
export const TOTAL = { kind: "rows", rows: [{ total: 6 }] } as const;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 60_000);

/** One engine for the tests of a file: what is faulty is the API before it. */
let engine: ImitatedEngine;
beforeAll(async () => {
  engine = openEngine("acme", { "d/t.csv": "n\n1\n2\n3\n", "e/t.csv": "n\n1\n" });
  await engine.engine.warm();
}, 60_000);
afterAll(() => engine.close(), 60_000);

/** Starts an imitation with tables `d.t` of 1, 2 and 3, and `e.t` of 1, until the end of the test. */
export async function startFaulty(
  faults: ImitatedBigqueryOptions = {},
  options: Partial<BigqueryWarehouseOptions> = {},
): Promise<FaultyBigquery> {
  const bigquery = await startImitatedBigquery({ engine, ...faults });
  cleanups.push(() => bigquery.close());
  const warehouse = createBigqueryWarehouse({
    authClient: new PassThroughClient(),
    projectId: bigquery.projectId,
    apiEndpoint: bigquery.endpoint,
    ...options,
  });
  cleanups.push(
    () => warehouse.close(),
    async () => bigquery.refuseAll(),
  );
  return {
    bigquery,
    warehouse,
    ask: (sql, more = {}) =>
      warehouse.runQuery(
        {
          sql,
          timeoutMs: 30_000,
          maxRows: 1000,
          maxCharacters: 95_000,
          parameters: [],
          defaultDataset: null,
          ...more,
        },
        { signal: new AbortController().signal, asker: ASKER },
      ),
  };
}

/** Settles once every job has ended: a job that never does fails the test by its time. */
export async function everyJobEnds({ bigquery }: FaultyBigquery): Promise<void> {
  await Promise.all(bigquery.jobs().map(({ ended }) => ended));
}
