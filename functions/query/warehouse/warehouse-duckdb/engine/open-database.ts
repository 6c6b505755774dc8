import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { quoteText } from "./identifier.ts";
import { MACROS } from "./macros/macros.ts";
import { registerOwnFunctions } from "./macros/own-functions/register-own-functions.ts";

/**
 * Opens an in-memory DuckDB whose statements can read files of `folder` only, reach no network, load no extension and write
 * nothing to disk. The configuration is locked last: no statement can loosen it.
 * @returns one connection that makes tables and one that runs statements
 */
export async function openDatabase(
  folder: string,
  memoryBytes: number,
): Promise<{ admin: DuckDBConnection; connection: DuckDBConnection }> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    max_memory: `${Math.floor(memoryBytes / 1024)}KiB`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const admin = await instance.connect();
  registerOwnFunctions(admin);
  const settings = [
    "SET TimeZone='UTC'",
    // GoogleSQL sorts NULL as the smallest value.
    "SET default_null_order='nulls_first_on_asc_last_on_desc'",
    "SET preserve_insertion_order=true",
    "SET max_temp_directory_size='0KB'",
    "SET allow_persistent_secrets=false",
    // In one transaction, one after the other: an engine starts sooner.
    ["BEGIN", ...MACROS, "COMMIT"].join(";\n"),
    `SET allowed_directories=[${quoteText(folder)}]`,
    "SET enable_external_access=false",
    "SET lock_configuration=true",
  ];
  for (const setting of settings) await admin.run(setting);
  return { admin, connection: await instance.connect() };
}
