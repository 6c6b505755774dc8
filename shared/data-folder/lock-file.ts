import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** A lock that this process holds. The kernel ends it with the process, however that ends. */
export interface FileLock {
  /** Fine when it is released already. */
  release(): void;
}

/** Somebody else holds the lock. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  /** The process that holds it, as far as it is known. */
  readonly holder: string | null;

  constructor(holder: string | null) {
    super(holder === null ? "Another process holds the lock." : `Process ${holder} holds the lock.`);
    this.holder = holder;
  }
}

const BUSY = 5;
/** A handle that nobody holds would be collected, and its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Locks a file, which is made when it is missing: `alone` against everybody, `together` only against those who want it alone. Node has
 * no lock of its own that dies with its process; that of SQLite (fcntl on an empty database) holds between processes, containers
 * of one kernel and threads, and no file that is left behind can be mistaken for it.
 * @throws LockedError when somebody holds it otherwise @throws Error when the file cannot be opened
 */
export function lockFile(path: string, mode: "alone" | "together"): FileLock {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("pragma journal_mode = memory");
    database.exec(mode === "alone" ? "begin exclusive" : "begin; select count(*) from sqlite_master");
  } catch (thrown) {
    database.close();
    if (isBusy(thrown)) throw new LockedError(readHolder(path));
    throw thrown;
  }
  held.add(database);
  writeFileSync(holderFile(path), `${process.pid}\n`, { mode: 0o600 });
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

function isBusy(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "errcode" in thrown && thrown.errcode === BUSY;
}

const holderFile = (path: string): string => `${path}.pid`;

function readHolder(path: string): string | null {
  try {
    return readFileSync(holderFile(path), "utf8").trim() || null;
  } catch {
    return null;
  }
}
