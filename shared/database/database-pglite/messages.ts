/** The processes of PGlite: one makes a database and ends, the other serves it. */
export type EngineTask = "create" | "serve";

/** One statement for the process of PGlite. */
export interface EngineStatement {
  readonly id: number;
  readonly statement: string;
  readonly values: readonly unknown[];
}

/** A statement, or the end of the process's work. */
export type EngineRequest = EngineStatement | { readonly close: true };

/** What the database said against a statement, with the fields that `pg` has. */
export interface EngineFault {
  readonly message: string;
  /** The SQLSTATE; null when the engine itself failed. */
  readonly code: string | null;
  readonly severity: string | null;
  readonly constraint: string | null;
}

/** The process's answers: once `ready`, or `failed` before its end; then one for each statement. */
export type EngineAnswer =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly id: number; readonly rows: readonly unknown[]; readonly affectedRows: number }
  | { readonly id: number; readonly fault: EngineFault };
