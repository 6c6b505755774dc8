import { sql } from "kysely";
import { isScope, type Scope } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";

/** A client that the owner let in. */
export interface ConnectedClient {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly kind: "chatgpt" | "cimd" | "dcr";
  readonly scopes: readonly Scope[];
  readonly approvedAt: Date;
  /** Null: not since it was let in. */
  readonly lastUsedAt: Date | null;
}

/** The clients that the owner let in. Each method throws AppError `storage_unavailable` when the database is away. */
export interface ConnectedClients {
  /** The newest 200. */
  list(): Promise<readonly ConnectedClient[]>;
  /** Ends everything that a client was given: codes, tokens, grants and the approval. @returns false when it was not connected */
  revoke(clientId: string): Promise<boolean>;
  /** Does so with every client, and ends the browsers' sessions at the authorization server. @returns how many clients there were */
  revokeAll(): Promise<number>;
  /** Ends the browsers' sessions at the authorization server: the next authorization needs the owner again. */
  endBrowserSessions(): Promise<void>;
}

const MAX_LISTED = 200;

/** What the authorization server keeps of clients themselves: revoking an approval does not undo a registration. */
const CLIENT_KINDS = ["Client", "RegistrationAccessToken", "InitialAccessToken"];
const BROWSER_KINDS = ["Session", "Interaction"];

/** Builds the list of connected clients over the database. */
export function createConnectedClients(database: Database): ConnectedClients {
  return {
    async list() {
      const rows = await database
        .selectFrom("oauthClientUses")
        .selectAll()
        .orderBy("approvedAt", "desc")
        .limit(MAX_LISTED)
        .execute();
      return rows.map(({ clientId, name, host, kind, approvedScopes, approvedAt, lastUsedAt }) => {
        return {
          id: clientId,
          name,
          host,
          kind,
          scopes: approvedScopes.filter(isScope),
          approvedAt,
          lastUsedAt,
        };
      });
    },

    async revoke(clientId) {
      return database.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom("oauthRecords")
          .where("kind", "not in", CLIENT_KINDS)
          .where(sql<string>`payload ->> 'clientId'`, "=", clientId)
          .execute();
        const { numDeletedRows } = await transaction
          .deleteFrom("oauthClientUses")
          .where("clientId", "=", clientId)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },

    async revokeAll() {
      return database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom("oauthRecords").where("kind", "not in", CLIENT_KINDS).execute();
        const { numDeletedRows } = await transaction.deleteFrom("oauthClientUses").executeTakeFirst();
        return Number(numDeletedRows);
      });
    },

    async endBrowserSessions() {
      await database.deleteFrom("oauthRecords").where("kind", "in", BROWSER_KINDS).execute();
    },
  };
}
