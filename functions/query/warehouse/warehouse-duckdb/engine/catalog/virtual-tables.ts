import type { DuckDBConnection } from "@duckdb/node-api";
import { quoteName } from "../identifier.ts";
import { type InformationSource, informationRows } from "./information-schema.ts";
import type { TableFile, TableName } from "./table-files.ts";
import { viewOf } from "./virtual-names.ts";
import { wildcardSelect } from "./wildcard-table.ts";

/** Tables that no file holds: wildcard tables and the views of INFORMATION_SCHEMA. */
export interface VirtualTables {
  /** True for a name that only this makes a table. */
  has(name: TableName): boolean;
  /** Makes the engine's table what the files are now. @returns the files that are read @throws StatementFailure */
  prepare(name: TableName): Promise<readonly TableFile[]>;
}

/** What virtual tables are made from. */
export interface VirtualTableOptions extends InformationSource {
  readonly admin: DuckDBConnection;
  /** Makes the schema in which a table lies. */
  readonly ensureSchema: (name: TableName) => Promise<void>;
}

/** Makes nothing yet. */
export function createVirtualTables(options: VirtualTableOptions): VirtualTables {
  const { admin } = options;
  const versions = new Map<string, string>();

  async function prepareWildcard(name: TableName, target: string): Promise<readonly TableFile[]> {
    const { select, version, files } = await wildcardSelect(options, name);
    if (versions.get(target) === version) return files;
    await admin.run(`CREATE OR REPLACE VIEW ${target} AS ${select}`);
    versions.set(target, version);
    return files;
  }

  return {
    has: ({ table }) => table.includes("*") || viewOf(table) !== null,
    async prepare(name) {
      const target = [name.project, name.dataset, name.table].map(quoteName).join(".");
      const view = viewOf(name.table);
      await options.ensureSchema(name);
      if (view === null) return prepareWildcard(name, target);
      const rows = await informationRows(options, view, name);
      await admin.run(`CREATE OR REPLACE TABLE ${target} AS ${rows}`);
      return [];
    },
  };
}
