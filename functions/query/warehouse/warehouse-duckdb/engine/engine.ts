import type { Duplex } from "node:stream";
import type { DuckDBConnection } from "@duckdb/node-api";
import { createCatalog } from "./catalog.ts";
import { StatementRefused, toFailure } from "./failure.ts";
import { readFrames, writeFrame } from "./frames.ts";
import type { EngineReply, EngineRequest } from "./messages.ts";
import { openDatabase } from "./open-database.ts";
import { runQuery } from "./run-query.ts";

/** What the engine is started with. */
export interface EngineSettings {
  /** Folder of the warehouse, as the engine sees it. */
  readonly folder: string;
  /** Project of names without one; null to choose by the folders. */
  readonly project: string | null;
  /** What DuckDB itself may take; the process needs more. */
  readonly memoryBytes: number;
}

/** A share of DuckDB's memory for files that are copied in. */
const COPIED_FILES_SHARE = 0.35;

/** Answers the requests that arrive on the channel until it ends. */
export async function serveEngine(channel: Duplex, settings: EngineSettings): Promise<void> {
  const { instance, admin } = await openDatabase(settings.folder, settings.memoryBytes);
  const catalog = createCatalog({
    admin,
    root: settings.folder,
    project: settings.project,
    memoryBytes: settings.memoryBytes * COPIED_FILES_SHARE,
  });
  const running = new Map<number, { connection: DuckDBConnection | null; interrupted: boolean }>();
  const reply = (message: EngineReply) => writeFrame(channel, message);

  async function answer(request: Extract<EngineRequest, { kind: "query" }>): Promise<EngineReply> {
    const { id } = request;
    const entry: { connection: DuckDBConnection | null; interrupted: boolean } = {
      connection: null,
      interrupted: false,
    };
    running.set(id, entry);
    try {
      entry.connection = await instance.connect();
      if (entry.interrupted) return { kind: "interrupted", id };
      return {
        kind: "outcome",
        id,
        outcome: await runQuery(entry.connection, catalog, request.sql, request),
      };
    } catch (thrown) {
      if (entry.interrupted) return { kind: "interrupted", id };
      if (thrown instanceof StatementRefused)
        return { kind: "refused", id, code: thrown.code, message: thrown.message };
      const { code, message } = toFailure(thrown);
      return { kind: "outcome", id, outcome: { kind: "failure", code, message } };
    } finally {
      running.delete(id);
      entry.connection?.closeSync();
    }
  }

  readFrames(channel, (message) => {
    const request = message as EngineRequest;
    if (request.kind === "query") {
      void answer(request).then(reply);
      return;
    }
    const entry = running.get(request.id);
    if (entry === undefined) return;
    entry.interrupted = true;
    entry.connection?.interrupt();
  });
  reply({ kind: "ready" });
}
