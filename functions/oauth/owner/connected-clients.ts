import { isScope, type Scope } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";
import { revokeAllClients, revokeClient } from "../store/client-uses.ts";

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
  /** Does so with every client. */
  revokeAll(): Promise<void>;
}

const MAX_LISTED = 200;

/** Builds the list of connected clients over the database. */
export function createConnectedClients(database: Database): ConnectedClients {
  return {
    async list() {
      const rows = await database
        .selectFrom("oauthClientUses")
        .selectAll()
        .orderBy("approvedAt", "desc")
        .orderBy("clientId")
        .limit(MAX_LISTED)
        .execute();
      return rows.map(({ clientId, name, host, kind, approvedScopes, approvedAt, lastUsedAt }) => {
        const scopes = approvedScopes.filter(isScope);
        return { id: clientId, name, host, kind, scopes, approvedAt, lastUsedAt };
      });
    },

    revoke: (clientId) => revokeClient(database, clientId),

    revokeAll: () => revokeAllClients(database),
  };
}
