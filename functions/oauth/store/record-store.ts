import { createHash } from "node:crypto";
import { type SqlBool, sql } from "kysely";
import type { Database } from "#shared/database/database.ts";

/**
 * How long a refresh token may be used again after its first use, in seconds: two requests of one client that cross, or an answer
 * that got lost, must not cost the connection (RFC 9700 §4.14.2 leaves the window to the server).
 */
export const REFRESH_GRACE_SECONDS = 60;

/** What is kept of one thing of the authorization server. */
export interface StoredRecord {
  readonly payload: Readonly<Record<string, unknown>>;
  /** Seconds since 1970 of its redemption; null before it, and for a refresh token until its grace is over. */
  readonly consumedAt: number | null;
}

/** A thing to keep. */
export interface RecordToKeep {
  readonly kind: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The grant that it belongs to; a grant belongs to itself. */
  readonly grantId: string | null;
  readonly uid: string | null;
  /** From now on; null for ever. */
  readonly expiresInSeconds: number | null;
}

/** What a redemption found. */
export type Redemption = "redeemed" | "grace" | "used" | "missing";

const hashOf = (id: string): string => createHash("sha256").update(id).digest("hex");

/**
 * Keeps a thing, or puts it in the place of its former self. What belongs to a grant is kept only while the grant is there: its row is
 * locked meanwhile, so that a revocation in another process finds either nothing to keep it for, or the thing itself.
 */
export async function keepRecord(database: Database, record: RecordToKeep): Promise<void> {
  const { grantId, kind } = record;
  if (grantId === null || kind === "Grant") return insertRecord(database, record);
  await database.transaction().execute(async (transaction) => {
    const grant = await transaction
      .selectFrom("oauthRecords")
      .select("kind")
      .where("kind", "=", "Grant")
      .where("idHash", "=", hashOf(grantId))
      .forKeyShare()
      .executeTakeFirst();
    if (grant !== undefined) await insertRecord(transaction, record);
  });
}

async function insertRecord(database: Database, record: RecordToKeep): Promise<void> {
  const payload = JSON.stringify(record.payload);
  const expiresAt = expiryIn(record.expiresInSeconds);
  await database
    .insertInto("oauthRecords")
    .values({
      kind: record.kind,
      idHash: hashOf(record.id),
      payload,
      grantId: record.grantId,
      uidHash: record.uid === null ? null : hashOf(record.uid),
      userCodeHash: null,
      consumedAt: null,
      expiresAt,
    })
    .onConflict((conflict) => conflict.columns(["kind", "idHash"]).doUpdateSet({ payload, expiresAt }))
    .execute();
}

/** Keeps something once. @returns false when it was there already and has not expired */
export async function keepOnce(
  database: Database,
  kind: string,
  id: string,
  expiresInSeconds: number,
): Promise<boolean> {
  const expiresAt = expiryIn(expiresInSeconds);
  const kept = await database
    .insertInto("oauthRecords")
    .values({
      kind,
      idHash: hashOf(id),
      payload: "{}",
      grantId: null,
      uidHash: null,
      userCodeHash: null,
      consumedAt: null,
      expiresAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["kind", "idHash"])
        .doUpdateSet({ expiresAt })
        .where(sql<SqlBool>`oauth_records.expires_at <= now()`),
    )
    .returning("kind")
    .executeTakeFirst();
  return kept !== undefined;
}

/** Finds a thing by its name; null when it is not there, revoked or expired by the database's clock. */
export async function findRecord(database: Database, kind: string, id: string): Promise<StoredRecord | null> {
  return find(database, kind, "idHash", id);
}

/** Finds a session by the name that other things know it by. */
export async function findRecordByUid(
  database: Database,
  kind: string,
  uid: string,
): Promise<StoredRecord | null> {
  return find(database, kind, "uidHash", uid);
}

async function find(
  database: Database,
  kind: string,
  column: "idHash" | "uidHash",
  id: string,
): Promise<StoredRecord | null> {
  const row = await database
    .selectFrom("oauthRecords")
    .select(["payload", "consumedAt", isPastGrace.as("isPastGrace")])
    .where("kind", "=", kind)
    .where(column, "=", hashOf(id))
    .where(isAlive)
    .executeTakeFirst();
  if (row === undefined) return null;
  const counts = row.consumedAt !== null && (kind !== "RefreshToken" || row.isPastGrace);
  const consumedAt = counts && row.consumedAt !== null ? Math.floor(row.consumedAt.getTime() / 1000) : null;
  return { payload: row.payload, consumedAt };
}

/** Redeems a thing: of any number of callers at the same time, in any number of processes, exactly one gets `redeemed`. */
export async function redeemRecord(database: Database, kind: string, id: string): Promise<Redemption> {
  const redeemed = await database
    .updateTable("oauthRecords")
    .set({ consumedAt: sql<Date>`now()` })
    .where("kind", "=", kind)
    .where("idHash", "=", hashOf(id))
    .where("consumedAt", "is", null)
    .where(isAlive)
    .returning("kind")
    .executeTakeFirst();
  if (redeemed !== undefined) return "redeemed";
  const row = await database
    .selectFrom("oauthRecords")
    .select(isPastGrace.as("isPastGrace"))
    .where("kind", "=", kind)
    .where("idHash", "=", hashOf(id))
    .where(isAlive)
    .executeTakeFirst();
  if (row === undefined) return "missing";
  return row.isPastGrace ? "used" : "grace";
}

/** The grant that a thing belongs to; null when the thing is not there. */
export async function grantOf(database: Database, kind: string, id: string): Promise<string | null> {
  const row = await database
    .selectFrom("oauthRecords")
    .select("grantId")
    .where("kind", "=", kind)
    .where("idHash", "=", hashOf(id))
    .executeTakeFirst();
  return row?.grantId ?? null;
}

/** Removes one thing. */
export async function removeRecord(database: Database, kind: string, id: string): Promise<void> {
  await database
    .deleteFrom("oauthRecords")
    .where("kind", "=", kind)
    .where("idHash", "=", hashOf(id))
    .execute();
}

/**
 * Removes a grant and everything that belongs to it. The grant goes first, which waits for whoever is keeping something for it: the second
 * statement then sees that too.
 */
export async function revokeGrant(database: Database, grantId: string): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await removeRecord(transaction, "Grant", grantId);
    await transaction.deleteFrom("oauthRecords").where("grantId", "=", grantId).execute();
  });
}

const isAlive = sql<SqlBool>`(expires_at is null or expires_at > now())`;

const isPastGrace = sql<boolean>`coalesce(consumed_at <= now() - make_interval(secs => ${REFRESH_GRACE_SECONDS}), false)`;

function expiryIn(seconds: number | null) {
  return seconds === null ? null : sql<Date>`now() + make_interval(secs => ${seconds})`;
}
