// A process of its own: PGlite is PostgreSQL in WebAssembly, and while it opens or works nothing else would be answered. It is run
// with V8's first compiler alone, which takes a third of the memory and answers as fast.
//   engine.ts create FOLDER   makes the database and ends     engine.ts serve FOLDER   answers statements from its parent
import { renameSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { LockedError, lockFile } from "../../data-folder/lock-file.ts";
import type { EngineAnswer, EngineFault, EngineRequest, EngineStatement } from "./messages.ts";

const INT8 = 20;
/** One process on one machine: PostgreSQL's own defaults are those of a server. */
const POSTGRESQL_CONF = ["shared_buffers=8MB", "max_connections=5", "max_wal_size=32MB", "min_wal_size=4MB"];
const INITDB_PARAMETERS = ["--wal-segsize=1"];
/** The process of a server that was killed ends its statement before it notices. */
const LOCK_PATIENCE_MS = 20_000;
const LOCK_POLL_MS = 50;

const send = (answer: EngineAnswer): void => {
  process.send?.(answer);
};

/** Makes the database beside its place and moves it there whole: a process that is killed leaves no half of one. */
async function create(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const database = await PGlite.create({
    dataDir: draft,
    postgresqlconf: POSTGRESQL_CONF,
    initDbStartParams: INITDB_PARAMETERS,
  });
  await database.close();
  renameSync(draft, folder);
}

async function serve(folder: string): Promise<void> {
  // 64-bit counts fit a number.
  const database = await PGlite.create({ dataDir: folder, parsers: { [INT8]: Number } });
  process.on("message", async (request: EngineRequest) => {
    if ("close" in request) {
      await database.close();
      process.exit();
    }
    send(await answer(database, request));
  });
}

async function answer(database: PGlite, { id, statement, values }: EngineStatement): Promise<EngineAnswer> {
  try {
    const { rows, affectedRows = 0 } = await database.query(statement, [...values]);
    return { id, rows, affectedRows };
  } catch (thrown) {
    return { id, fault: toFault(thrown) };
  }
}

function toFault(thrown: unknown): EngineFault {
  const field = (name: string): string | null => {
    const value: unknown = thrown instanceof Error ? Reflect.get(thrown, name) : null;
    return typeof value === "string" ? value : null;
  };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { message, code: field("code"), severity: field("severity"), constraint: field("constraint") };
}

/** Two processes on one folder would each write over what the other one wrote: PGlite itself does not look. */
async function lock(folder: string): Promise<void> {
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      lockFile(`${folder}.engine.lock`, "alone");
      return;
    } catch (thrown) {
      if (!(thrown instanceof LockedError) || performance.now() > deadline) throw thrown;
      await sleep(LOCK_POLL_MS);
    }
  }
}

const [task, folder] = process.argv.slice(2);
// Ctrl-C reaches every process of a terminal: the parent says when this one ends, or ends itself.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit());
try {
  if (folder === undefined) throw new Error("The folder is missing.");
  await lock(folder);
  await (task === "create" ? create(folder) : serve(folder));
  process.send?.({ ready: true } satisfies EngineAnswer, () => {
    if (task === "create") process.exit();
  });
} catch (thrown) {
  process.send?.({ failed: toFault(thrown).message } satisfies EngineAnswer, () => process.exit(1));
}
