import type { Database } from "./database.ts";

/** A database and its beginning and end. */
export interface OpenDatabase {
  readonly database: Database;
  /**
   * Connects and brings the tables up to date. Nobody needs to call it: the first statement does the same.
   * @throws AppError `storage_unavailable` when the database is away; the next call or statement tries again
   * @throws DatabaseTooNewError when a newer program was here
   */
  open(): Promise<void>;
  /** Ends all connections after the statements that run. Nothing may be asked afterwards. */
  close(): Promise<void>;
}
