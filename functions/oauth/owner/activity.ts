import type { Database } from "#shared/database/database.ts";
import type { AuditEvents } from "#shared/database/tables.ts";

/** What was run or asked, as the owner reads it. */
export type ActivityEntry = Pick<
  AuditEvents,
  | "principalName"
  | "client"
  | "operation"
  | "outcome"
  | "durationMs"
  | "costUsd"
  | "bytes"
  | "textSha256"
  | "textBytes"
  | "text"
> & { readonly id: number; readonly at: Date };

/** The newest events before one, the newest first. @param before the id of the last event that was seen; null for the newest */
export async function listActivity(
  database: Database,
  before: number | null,
  limit: number,
): Promise<readonly ActivityEntry[]> {
  let query = database.selectFrom("auditEvents").selectAll().orderBy("id", "desc").limit(limit);
  if (before !== null) query = query.where("id", "<", before);
  return query.execute();
}
