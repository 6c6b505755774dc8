import { type Selectable, sql } from "kysely";
import type { Database } from "../database/database.ts";
import type { AuditEvents } from "../database/tables.ts";

/** An event as it is kept. */
export type AuditEntry = Selectable<AuditEvents>;

/** Which events are asked for. */
export interface AuditFilter {
  /** Most events. */
  readonly limit: number;
  /** Only events before this one: an `id` of an earlier answer. */
  readonly before?: number | undefined;
  /** Only events from this moment on. */
  readonly since?: Date | undefined;
  /** Only events of this caller: an id or a name. */
  readonly principal?: string | undefined;
  readonly operation?: string | undefined;
}

/** The newest events first. @throws AppError `storage_unavailable` */
export function listAuditEntries(database: Database, filter: AuditFilter): Promise<AuditEntry[]> {
  const { limit, before, since, principal, operation } = filter;
  return database
    .selectFrom("auditEvents")
    .selectAll()
    .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
    .$if(since !== undefined, (query) => query.where("at", ">=", since ?? new Date(0)))
    .$if(operation !== undefined, (query) => query.where("operation", "=", operation ?? ""))
    .$if(principal !== undefined, (query) =>
      query.where((is) =>
        is.or([is("principalId", "=", principal ?? ""), is("principalName", "=", principal ?? "")]),
      ),
    )
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

const SWEEP_BATCH = 5_000;

/** Removes events that are older than so many days, in statements that stay short. @returns how many */
export async function sweepAudit(database: Database, days: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const old = database
      .selectFrom("auditEvents")
      .select("id")
      .where("at", "<", sql<Date>`now() - make_interval(days => ${sql.lit(days)})`)
      .limit(SWEEP_BATCH);
    const { numDeletedRows } = await database
      .deleteFrom("auditEvents")
      .where("id", "in", old)
      .executeTakeFirst();
    removed += Number(numDeletedRows);
    if (numDeletedRows < SWEEP_BATCH) return removed;
  }
}
