import { type SqlBool, sql } from "kysely";
import type { Database } from "#shared/database/database.ts";
import type { OauthClientUses } from "#shared/database/tables.ts";

/** How long a client that registered itself is kept after the owner threw it out, or before the owner let it in, in seconds. */
export const UNUSED_CLIENT_SECONDS = 24 * 60 * 60;

/** A client as the owner approved it. */
export type ClientUse = Pick<OauthClientUses, "approvedScopes" | "pinnedRedirectUri" | "kind">;

/** What the owner approves. */
export interface Approval {
  readonly clientId: string;
  readonly name: string;
  readonly host: string;
  readonly kind: OauthClientUses["kind"];
  /** Where its codes go. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** What the owner approved for a client before; null for a client that is new, or was thrown out. */
export async function findClientUse(database: Database, clientId: string): Promise<ClientUse | null> {
  const row = await database
    .selectFrom("oauthClientUses")
    .select(["approvedScopes", "pinnedRedirectUri", "kind"])
    .where("clientId", "=", clientId)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Keeps what the owner approved, and keeps a client that registered itself from expiring.
 * The first approval of the ChatGPT client pins the address that its codes go to; of two approvals at the same time one pins.
 * @returns false when the ChatGPT client is pinned to another address: nothing is approved then
 */
export async function approveClient(database: Database, approval: Approval): Promise<boolean> {
  const { clientId, name, host, kind, redirectUri } = approval;
  const approvedScopes = [...approval.scopes];
  return await database.transaction().execute(async (transaction) => {
    const kept = await transaction
      .insertInto("oauthClientUses")
      .values({
        clientId,
        name,
        host,
        kind,
        pinnedRedirectUri: redirectUri,
        approvedScopes,
        lastUsedAt: null,
      })
      .onConflict((conflict) =>
        conflict
          .column("clientId")
          .doUpdateSet({
            name,
            host,
            pinnedRedirectUri: redirectUri,
            approvedScopes,
            approvedAt: sql<Date>`now()`,
          })
          .where(
            sql<SqlBool>`(oauth_client_uses.kind <> 'chatgpt' or oauth_client_uses.pinned_redirect_uri = ${redirectUri})`,
          ),
      )
      .returning("clientId")
      .executeTakeFirst();
    if (kept === undefined) return false;
    if (kind === "dcr") await expireClient(transaction, clientId, null);
    return true;
  });
}

/** Notes that a client got a token. */
export async function touchClientUse(database: Database, clientId: string): Promise<void> {
  await database
    .updateTable("oauthClientUses")
    .set({ lastUsedAt: sql<Date>`now()` })
    .where("clientId", "=", clientId)
    .execute();
}

/**
 * Throws a client out: every code and token of it is gone at once, and it has to ask the owner again. An address that was pinned is
 * free again; a client that registered itself is kept for another day.
 * @returns false when it was not connected
 */
export async function revokeClient(database: Database, clientId: string): Promise<boolean> {
  return await database.transaction().execute(async (transaction) => {
    const records = transaction
      .deleteFrom("oauthRecords")
      .where(sql<SqlBool>`payload ->> 'clientId' = ${clientId}`);
    // The grants first: this waits for whoever is keeping a token for one (see `revokeGrant`).
    await records.where("kind", "=", "Grant").execute();
    await records.execute();
    await expireClient(transaction, clientId, UNUSED_CLIENT_SECONDS);
    const { numDeletedRows } = await transaction
      .deleteFrom("oauthClientUses")
      .where("clientId", "=", clientId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  });
}

/** Throws every client out: no code or token of anybody is left. */
export async function revokeAllClients(database: Database): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom("oauthRecords").where("kind", "=", "Grant").execute();
    await transaction.deleteFrom("oauthRecords").where("kind", "<>", "Client").execute();
    const expiresAt = sql<Date>`now() + make_interval(secs => ${UNUSED_CLIENT_SECONDS})`;
    await transaction
      .updateTable("oauthRecords")
      .set({ expiresAt })
      .where("kind", "=", "Client")
      .where("expiresAt", "is", null)
      .execute();
    await transaction.deleteFrom("oauthClientUses").execute();
  });
}

async function expireClient(database: Database, clientId: string, seconds: number | null): Promise<void> {
  const expiresAt = seconds === null ? null : sql<Date>`now() + make_interval(secs => ${seconds})`;
  await database
    .updateTable("oauthRecords")
    .set({ expiresAt })
    .where("kind", "=", "Client")
    .where(sql<SqlBool>`payload ->> 'client_id' = ${clientId}`)
    .execute();
}
