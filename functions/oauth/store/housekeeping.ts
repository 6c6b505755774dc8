import { type SqlBool, sql } from "kysely";
import type { Database } from "#shared/database/database.ts";
import { AppError } from "#shared/errors/app-error.ts";

/** Clients that registered themselves and wait for the owner, at most: what a flood can fill. */
const MAX_WAITING_CLIENTS = 500;
const PURGED_AT_ONCE = 500;

/** Removes some of what has expired: a little at each request for authorization, so that nothing has to run by itself. */
export async function purgeExpired(database: Database): Promise<void> {
  await sql`
    delete from oauth_records
    where (kind, id_hash) in (
      select kind, id_hash from oauth_records where expires_at < now() limit ${PURGED_AT_ONCE}
    )`.execute(database);
}

/** @throws AppError `rate_limited` when too many clients wait for the owner already */
export async function countWaitingClients(database: Database): Promise<void> {
  const { count } = await database
    .selectFrom("oauthRecords")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("kind", "=", "Client")
    .where(sql<SqlBool>`expires_at > now()`)
    .executeTakeFirstOrThrow();
  if (count < MAX_WAITING_CLIENTS) return;
  throw new AppError(
    "rate_limited",
    "Too many clients wait for the owner's approval. Those that are not approved expire within a day: try again later.",
    { retryAfterSeconds: 60 * 60 },
  );
}
