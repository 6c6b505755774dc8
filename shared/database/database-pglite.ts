import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Kysely, type PGlite, PGliteDialect, type PGliteTransaction, sql } from "kysely";
import { type FileLock, LockedError, lockFile } from "../data-folder/lock-file.ts";
import type { Logger } from "../observability/logger.ts";
import { createDatabase } from "./database.ts";
import { type EngineProcess, startEngine } from "./database-pglite/engine-process.ts";
import { toDatabaseError } from "./database-unavailable.ts";
import { migrate, NEWEST_MIGRATION, refuseTooNew } from "./migrate.ts";
import type { OpenDatabase } from "./open-database.ts";

const STATEMENT_TIMEOUT_MS = 30_000;

/** Where the database of one machine lies. */
export interface PgliteOptions {
  /** Absolute path of its folder; the folder above it has to be there. */
  readonly folder: string;
  readonly logger: Logger;
  /** Longest that a statement may take, in ms: then the database is closed hard and opened again. */
  readonly statementTimeoutMs?: number;
}

/** Another process has the database open. `message` is one line for the person who starts the program. */
export class DatabaseInUseError extends Error {
  override readonly name = "DatabaseInUseError";

  constructor(folder: string, holder: string | null) {
    const who = holder === null ? "Another process" : `Process ${holder}`;
    super(
      `${who} uses the database in ${folder}, which takes one process at a time. Stop it, or set CODEX_DATA_DIR to another folder.`,
    );
  }
}

/**
 * The database in a folder of this machine: PGlite, for this process alone. It holds what was written through `kill -9`;
 * it does not wait for the disk, so that a power failure may take the last seconds.
 * @throws DatabaseInUseError when another process has it open @throws DatabaseTooNewError when a newer program was here
 */
export function createPgliteDatabase(options: PgliteOptions): OpenDatabase {
  refuseNewerState(options.folder);
  const lock = lockFolder(options.folder);
  const pglite = createPglite(options);
  const plain = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
  const database = createDatabase(
    new PGliteDialect({
      // Kysely asks for it once, at the first statement, and again if this fails.
      pglite: async () => {
        await migrate(plain);
        writeFileSync(stateFile(options.folder), `${NEWEST_MIGRATION}\n`, { mode: 0o600 });
        return pglite;
      },
    }),
  );
  return {
    database,
    open: async () => {
      await sql`select 1`.execute(database);
    },
    close: async () => {
      await pglite.close();
      lock.release();
    },
  };
}

/** The state of the tables, where it can be read without opening the database. */
const stateFile = (folder: string): string => `${folder}.state`;

function refuseNewerState(folder: string): void {
  if (!existsSync(folder) || !existsSync(stateFile(folder))) return;
  refuseTooNew([readFileSync(stateFile(folder), "utf8").trim()].filter((name) => name !== ""));
}

function lockFolder(folder: string): FileLock {
  try {
    return lockFile(`${folder}.lock`, "alone");
  } catch (thrown) {
    if (thrown instanceof LockedError) throw new DatabaseInUseError(folder, thrown.holder);
    throw thrown;
  }
}

/** PGlite as Kysely wants it, over a process that is replaced when it ends. */
function createPglite({ folder, logger, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: PgliteOptions): PGlite {
  const closing = new AbortController();
  let current: Promise<EngineProcess> | null = null;
  const start = (): Promise<EngineProcess> => {
    const started = startEngine(folder, statementTimeoutMs, closing.signal);
    current = started;
    // What did not open is tried again by the next statement.
    started.catch(() => {
      if (current === started) current = null;
    });
    return started;
  };
  const liveEngine = async (): Promise<EngineProcess> => {
    if (current === null) return start();
    const asked = current;
    const engine = await asked;
    if (engine.isAlive()) return engine;
    // Whoever notices first starts another one, for all.
    if (current !== asked) return liveEngine();
    logger.log("WARNING", "the embedded database ended by itself and is opened again");
    return start();
  };
  return {
    get closed() {
      return closing.signal.aborted;
    },
    ready: true,
    waitReady: Promise.resolve(),
    query: async <R>(statement: string, values: unknown[] = []) => ask<R>(liveEngine(), statement, values),
    async transaction(work) {
      // All of it in one process: another one would know nothing of the beginning.
      const own = liveEngine();
      await ask(own, "begin", []);
      try {
        const result = await work({
          query: (statement, values = []) => ask(own, statement, values),
          rollback: async () => {
            await ask(own, "rollback", []);
          },
        } satisfies PGliteTransaction);
        // The commit of a transaction that failed says nothing and keeps nothing; any other statement tells (25P02).
        await ask(own, "select 1", []);
        await ask(own, "commit", []);
        return result;
      } catch (thrown) {
        await ask(own, "rollback", []).catch(() => undefined);
        throw thrown;
      }
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort(new Error("The database is closed."));
      const engine = await current?.catch(() => null);
      await engine?.close();
    },
  };
}

async function ask<R>(engine: Promise<EngineProcess>, statement: string, values: readonly unknown[]) {
  try {
    const { rows, affectedRows } = await (await engine).query(statement, values);
    return { rows: rows as R[], affectedRows, fields: [] };
  } catch (thrown) {
    throw toDatabaseError(thrown);
  }
}
