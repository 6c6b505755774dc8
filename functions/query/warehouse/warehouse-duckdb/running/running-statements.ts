import { randomUUID } from "node:crypto";
import { AppError } from "#shared/errors/app-error.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { firstOf } from "#shared/waiting/first-of.ts";
import type { PageReference, QueryFailure, QueryOutcome, Running } from "../../warehouse.ts";
import { createOutcomeStore, type StoredOutcome } from "./outcome-store.ts";

/** Runs statements on behalf of callers who need not stay until the end. */
export interface RunningStatements {
  /**
   * Starts a statement and waits for its end, at most `waitMs`; for as long as it takes when unset, and not at all when 0. Until
   * then a caller who leaves ends the statement.
   * @param work runs the statement until its signal aborts
   * @throws what the work throws; the caller's reason
   */
  start(
    work: (signal: AbortSignal) => Promise<QueryOutcome>,
    options: { readonly signal: AbortSignal; readonly waitMs?: number | undefined },
  ): Promise<QueryOutcome | Running>;
  /** As `Warehouse.readRunning`; throws what the work has thrown. */
  read(
    handle: PageReference,
    options: { readonly signal: AbortSignal; readonly waitMs: number },
  ): Promise<QueryOutcome | Running | null>;
  /** As `Warehouse.cancel`. */
  cancel(
    handle: PageReference,
    options: { readonly signal: AbortSignal },
  ): Promise<"cancelled" | "ended" | null>;
  /** Resolves when all that ended has been noted. */
  settle(): Promise<void>;
}

/** A statement whose caller has a handle. */
interface LeftStatement {
  readonly controller: AbortController;
  readonly ended: Promise<StoredOutcome>;
}

/** How long the end of a cancelled statement is waited for: its engine has half a second. */
const CANCEL_WAIT_MS = 5_000;
/** Without a bound, a timer's longest time. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Statements run in this process, so it alone knows those that run; what they came to lies in the store, for callers who ask later
 * or after a restart.
 */
export function createRunningStatements(results: ObjectStore, logger: Logger): RunningStatements {
  const store = createOutcomeStore(results);
  const left = new Map<string, LeftStatement>();

  /** Lets a statement go on without its caller. */
  function leave(running: Promise<QueryOutcome>, controller: AbortController): Running {
    const id = randomUUID();
    const ended = running
      .catch((thrown: unknown) =>
        controller.signal.reason === CANCELLED ? CANCELLED : toStored(AppError.from(thrown), logger),
      )
      .then(async (outcome) => {
        await store.save(id, outcome).catch((cause: unknown) => {
          logger.log("WARNING", "what a statement came to could not be kept", { ...describeCause(cause) });
        });
        left.delete(id);
        return outcome;
      });
    left.set(id, { controller, ended });
    return { kind: "running", handle: { statement: id } };
  }

  return {
    async start(work, { signal, waitMs = LONGEST_WAIT_MS }) {
      signal.throwIfAborted();
      const controller = new AbortController();
      const leaveWithCaller = () => controller.abort(signal.reason);
      signal.addEventListener("abort", leaveWithCaller, { once: true });
      try {
        const running = work(controller.signal);
        // A caller who leaves waits for the statement's end: nothing of it stays behind.
        const outcome = waitMs > 0 ? await firstOf(running, waitMs, NEVER) : null;
        return outcome ?? leave(running, controller);
      } finally {
        signal.removeEventListener("abort", leaveWithCaller);
      }
    },
    async read({ statement: id }, { signal, waitMs }) {
      if (typeof id !== "string") return null;
      const here = left.get(id);
      const outcome = await (here === undefined ? store.find(id) : firstOf(here.ended, waitMs, signal));
      if (outcome === null) return here === undefined ? null : { kind: "running", handle: { statement: id } };
      if (outcome.kind === "error") throw new AppError(outcome.code, outcome.message);
      return outcome;
    },
    async cancel({ statement: id }, { signal }) {
      if (typeof id !== "string") return null;
      const here = left.get(id);
      if (here === undefined) return (await store.find(id)) === null ? null : "ended";
      here.controller.abort(CANCELLED);
      const outcome = await firstOf(here.ended, CANCEL_WAIT_MS, signal);
      const isCancelled = outcome === null || (outcome.kind === "failure" && outcome.code === CANCELLED.code);
      return isCancelled ? "cancelled" : "ended";
    },
    async settle() {
      await Promise.all([...left.values()].map(({ ended }) => ended));
    },
  };
}

const NEVER = new AbortController().signal;

const CANCELLED: QueryFailure = {
  kind: "failure",
  code: "query_cancelled",
  message: "The statement was cancelled. Send it again to run it anew.",
};

/** What becomes of a statement that rejects when nobody waits for it. Asking get_query again would not help after a fault of ours. */
function toStored({ code, status, message, cause }: AppError, logger: Logger): StoredOutcome {
  if (code === "internal") logger.log("ERROR", "a statement failed", { ...describeCause(cause) });
  if (status < 500) return { kind: "error", code, message };
  const again = `${message} The statement did not run to its end: send it to query_bigquery again.`;
  return { kind: "failure", code: "query_failed", message: again };
}
