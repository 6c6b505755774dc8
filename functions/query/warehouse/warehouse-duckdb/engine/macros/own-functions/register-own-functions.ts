import type { DuckDBConnection } from "@duckdb/node-api";
import { FORMAT_FUNCTIONS } from "./format-text.ts";
import { JSON_FUNCTIONS } from "./json-functions.ts";
import { NET_FUNCTIONS } from "./net-functions.ts";
import { toScalarFunction } from "./own-function.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";
import { TIME_FUNCTIONS } from "./time-functions.ts";

/**
 * Makes our own functions known to the database. DuckDB calls them on this thread: whoever ends a connection first lets its
 * statement end, or both wait for each other.
 */
export function registerOwnFunctions(connection: DuckDBConnection): void {
  for (const own of [
    ...TEXT_FUNCTIONS,
    ...FORMAT_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...NET_FUNCTIONS,
    ...TIME_FUNCTIONS,
  ]) {
    connection.registerScalarFunction(toScalarFunction(own));
  }
}
