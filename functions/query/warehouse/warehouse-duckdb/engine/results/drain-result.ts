import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";

/**
 * Ends a statement whose rows are not wanted any more and waits until DuckDB works on it no longer. Our own functions run on
 * this thread: closing the connection while DuckDB waits for one of them would wait for ever.
 */
export async function drainResult(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  connection.interrupt();
  try {
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
      chunk = await result.fetchChunk();
    }
  } catch {
    // That it was interrupted is what was asked for.
  }
}
