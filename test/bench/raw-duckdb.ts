import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { BENCH_TABLES } from "./query-tasks.ts";

/** DuckDB itself in this process, over the same files. */
export interface RawDuckdb {
  /** Runs a statement and turns its rows into JSON. @returns how many there are, and their JSON's length in characters */
  query(sql: string): Promise<{ readonly rows: number; readonly characters: number }>;
  close(): void;
}

const THREADS = "2";
/** Tables that the engine copies into memory, and this one as well. */
const COPIED = ["transactions", "customers"] as const;

/**
 * Writes the bench's tables into the warehouse folder and opens DuckDB over them and over the sample project.
 * @param folder the warehouse folder of a server that has started
 */
export async function openRawDuckdb(folder: string): Promise<RawDuckdb> {
  const instance = await DuckDBInstance.create(":memory:", { threads: THREADS });
  const connection = await instance.connect();
  const dataset = join(folder, "demo", "bench");
  mkdirSync(dataset, { recursive: true });
  for (const [table, select] of Object.entries(BENCH_TABLES)) {
    const path = join(dataset, `${table}.parquet`);
    await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
    chmodSync(path, 0o644);
    await connection.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet('${path}')`);
  }
  for (const table of COPIED) {
    const path = join(folder, "demo", "sales", `${table}.csv`);
    await connection.run(`CREATE TABLE ${table} AS SELECT * FROM read_csv('${path}')`);
  }
  return {
    async query(sql) {
      const reader = await connection.runAndReadAll(sql);
      const rows = reader.getRowObjectsJson();
      return { rows: rows.length, characters: JSON.stringify(rows).length };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
