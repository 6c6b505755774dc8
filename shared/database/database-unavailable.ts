import { AppError } from "../errors/app-error.ts";

const RETRY_AFTER_SECONDS = 2;

/** The database cannot do its work at the moment; `cause` is the private story. */
export function databaseUnavailable(cause: unknown): AppError {
  return new AppError(
    "storage_unavailable",
    "The database of this server cannot be used at the moment. Try again in a few seconds; if it stays, tell the server's owner.",
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}

/**
 * SQLSTATEs that tell of the database's own state instead of the statement (PostgreSQL, appendix A): connection exceptions, invalid
 * authorization, no such database, deadlocks and lost races of transactions, out of disk, memory or connections, read-only after a
 * failover, a lock or statement that took too long, shutdown and start-up, disk faults.
 */
const UNAVAILABLE = /^(?:08|28|3D|40|53|58)|^(?:25006|55P03|57014|57P0[1-5])$/;

/** The SQLSTATE of an error that the database sent; null for every other error. */
export function sqlStateOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !("code" in thrown) || !("severity" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

/** What to throw for an error of a statement: AppError when it is the database's state, else the error itself. */
export function toDatabaseError(thrown: unknown): unknown {
  if (thrown instanceof AppError || thrown instanceof TypeError || thrown instanceof RangeError)
    return thrown;
  const state = sqlStateOf(thrown);
  // Without a SQLSTATE it is the connection: refused, reset, timed out, not trusted.
  return state === null || UNAVAILABLE.test(state) ? databaseUnavailable(thrown) : thrown;
}
