import { afterAll, beforeAll } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type {
  Asker,
  DryRun,
  Page,
  QueryFailure,
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
  startImitatedBigquery,
} from "../../../support/bigquery/imitated-bigquery.ts";

/** Both adapters of the port, in the order of their names. */
export const ADAPTERS = ["bigquery", "duckdb"] as const;
export type AdapterName = (typeof ADAPTERS)[number];

/** A caller who may read. */
export const ASKER: Asker = {
  owner: "0123456789abcdef0123456789abcdef",
  requestId: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
  tool: "query_bigquery",
  mayWrite: false,
};

/** Two warehouses over the same files: BigQuery's adapter by way of the real client and the imitation, and the embedded one. */
export interface TwoWarehouses {
  readonly bigquery: () => ImitatedBigquery;
  warehouse(adapter: AdapterName): Warehouse;
  /** Asks one of them; bounds are such that no test reaches them by accident. */
  ask(
    adapter: AdapterName,
    sql: string,
    more?: Partial<Statement>,
    signal?: AbortSignal,
  ): Promise<Page | QueryFailure>;
  /** Asks both of them. */
  askBoth(
    sql: string,
    more?: Partial<Statement>,
  ): Promise<Readonly<Record<AdapterName, Page | QueryFailure>>>;
  dryRun(adapter: AdapterName, sql: string, more?: Partial<Statement>): Promise<DryRun | QueryFailure>;
}

/** Starts both before the tests of a `describe`, and ends them after. */
export function twoWarehouses(
  options: ImitatedBigqueryOptions = {},
  adapter: Partial<BigqueryWarehouseOptions> = {},
): TwoWarehouses {
  let bigquery: ImitatedBigquery;
  let warehouses: Readonly<Record<AdapterName, Warehouse>>;
  beforeAll(async () => {
    bigquery = await startImitatedBigquery(options);
    await bigquery.engine.warm();
    const client = createBigqueryWarehouse({
      authClient: new PassThroughClient(),
      projectId: bigquery.projectId,
      apiEndpoint: bigquery.endpoint,
      ...adapter,
    });
    warehouses = { bigquery: client, duckdb: bigquery.engine };
  }, 60_000);
  afterAll(async () => {
    await warehouses.bigquery.close();
    await bigquery.close();
  }, 60_000);

  const toStatement = (sql: string, more: Partial<Statement> = {}): Statement => ({
    sql,
    timeoutMs: 40_000,
    maxRows: 1000,
    maxCharacters: 95_000,
    parameters: [],
    defaultDataset: null,
    ...more,
  });
  const two: TwoWarehouses = {
    bigquery: () => bigquery,
    warehouse: (name) => warehouses[name],
    async ask(name, sql, more, signal = new AbortController().signal) {
      const outcome = await warehouses[name].runQuery(toStatement(sql, more), { signal, asker: ASKER });
      if (outcome.kind === "running") throw new Error("A statement was left running.");
      return outcome;
    },
    async askBoth(sql, more) {
      return { bigquery: await two.ask("bigquery", sql, more), duckdb: await two.ask("duckdb", sql, more) };
    },
    dryRun: (name, sql, more) =>
      warehouses[name].dryRun(toStatement(sql, more), { signal: new AbortController().signal, asker: ASKER }),
  };
  return two;
}
