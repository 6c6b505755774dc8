import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Asker, QueryOutcome, Statement } from "#functions/query/warehouse/warehouse.ts";
import {
  createDuckdbWarehouse,
  type DuckdbWarehouse,
  type DuckdbWarehouseOptions,
} from "#functions/query/warehouse/warehouse-duckdb/warehouse-duckdb.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createMemoryObjectStore, type MemoryObjectStore } from "./memory-object-store.ts";

/** A caller who may read. */
export const ASKER: Asker = {
  owner: "0123456789abcdef0123456789abcdef",
  requestId: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
  tool: "query_bigquery",
  mayWrite: false,
};

/** A warehouse with the real engine over a folder of its own. */
export interface TestWarehouse {
  readonly warehouse: DuckdbWarehouse;
  readonly folder: string;
  /** Where results are kept. */
  readonly results: MemoryObjectStore;
  /** Writes a file below the project `demo`, such as `shop/orders.csv`. */
  write(path: string, content: string | Uint8Array): void;
  /** Writes the rows of a statement of DuckDB's own as parquet; the file appears at once and complete. */
  writeParquet(path: string, sql: string): Promise<void>;
  remove(path: string): void;
  query(sql: string, options?: Partial<Statement> & { signal?: AbortSignal }): Promise<QueryOutcome>;
  /** The rows of a statement that must succeed. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Opens one; the engine starts with the first statement. */
export function openTestWarehouse(
  options: Partial<Omit<DuckdbWarehouseOptions, "results">> = {},
): TestWarehouse {
  const folder = mkdtempSync(join(tmpdir(), "warehouse-"));
  // The engine reads as another user than the one who runs the tests.
  chmodSync(folder, 0o755);
  const logger = createLogger({}, () => undefined);
  const results = createMemoryObjectStore();
  const warehouse = createDuckdbWarehouse({ folder, project: null, results, logger, ...options });
  const query: TestWarehouse["query"] = async (
    sql,
    { signal = new AbortController().signal, ...limits } = {},
  ) => {
    const outcome = await warehouse.runQuery(
      {
        sql,
        timeoutMs: 20_000,
        maxRows: 1000,
        maxCharacters: 95_000,
        parameters: [],
        defaultDataset: null,
        ...limits,
      },
      { signal, asker: ASKER },
    );
    if (outcome.kind === "running") throw new Error("A statement was left running.");
    return outcome;
  };
  return {
    warehouse,
    folder,
    results,
    write(path, content) {
      const target = join(folder, "demo", path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    },
    async writeParquet(path, sql) {
      const target = join(folder, "demo", path);
      mkdirSync(dirname(target), { recursive: true });
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      await connection.run(`COPY (${sql}) TO '${target}.new' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      renameSync(`${target}.new`, target);
    },
    remove: (path) => rmSync(join(folder, "demo", path)),
    query,
    async rows(sql) {
      const outcome = await query(sql);
      if (outcome.kind !== "rows") throw new Error(`${outcome.code}: ${outcome.message}`);
      return outcome.rows;
    },
    async close() {
      await warehouse.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
