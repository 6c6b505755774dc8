import type { Database } from "../database/database.ts";
import { describeCause } from "../observability/describe-cause.ts";
import type { Logger } from "../observability/logger.ts";
import { sweepAudit } from "./audit-store.ts";
import type { AuditEvent, AuditTrail } from "./audit-trail.ts";
import { toAuditRow } from "./to-audit-row.ts";

/** What an audit trail is built with. */
export interface AuditTrailOptions {
  readonly database: Database;
  /** Days that events are kept; 0 for ever. */
  readonly days: number;
  /** Keeps programs and SQL themselves, too. */
  readonly keepsText: boolean;
  readonly logger: Logger;
}

/** An audit trail with an end. */
export interface ClosableAuditTrail extends AuditTrail {
  /** Writes what waits, for three seconds at most. */
  close(): Promise<void>;
}

const PATIENCE_MS = 1_000;
const CLOSE_PATIENCE_MS = 3_000;
const RETRY_MS = 2_000;
const BATCH = 100;
const MOST_WAITING = 1_000;
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Keeps events in the database, many in one statement when many come. Callers wait only for a database that answered last time. While
 * it is away the newest thousand wait in memory and are tried again; what falls out is counted in the log.
 */
export function createAuditTrail({
  database,
  days,
  keepsText,
  logger,
}: AuditTrailOptions): ClosableAuditTrail {
  let waiting: AuditEvent[] = [];
  let writing: Promise<void> | null = null;
  let answers = false;
  let retry: NodeJS.Timeout | null = null;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      await database
        .insertInto("auditEvents")
        .values(batch.map((event) => toAuditRow(event, keepsText)))
        .execute();
      // Another event may have pushed the oldest out meanwhile.
      waiting = waiting.filter((event) => !batch.includes(event));
      answers = true;
    }
    if (days > 0 && performance.now() - sweptAt > SWEEP_EVERY_MS) {
      sweptAt = performance.now();
      await sweepAudit(database, days);
    }
  };
  const onFailure = (thrown: unknown): void => {
    logger.log("WARNING", "the audit trail cannot be written and is tried again", {
      waiting: waiting.length,
      ...describeCause(thrown),
    });
    answers = false;
    retry ??= setTimeout(() => {
      retry = null;
      void flush();
    }, RETRY_MS).unref();
  };
  const flush = (): Promise<void> => {
    writing ??= write()
      .catch(onFailure)
      .finally(() => {
        writing = null;
      });
    return writing;
  };
  return {
    async record(event) {
      waiting.push(event);
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        logger.log("ERROR", "an event of the audit trail is lost: the database is away for too long");
      }
      const written = flush();
      if (answers) await atMost(PATIENCE_MS, written);
    },
    async close() {
      if (retry !== null) clearTimeout(retry);
      await atMost(CLOSE_PATIENCE_MS, flush());
      if (waiting.length > 0) {
        logger.log("ERROR", "events of the audit trail are lost", { lost: waiting.length });
      }
    },
  };
}

/** Waits for the work, at most so long. */
async function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, limitMs);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}
