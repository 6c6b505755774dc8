import { createHash } from "node:crypto";
import { isScope } from "../contract/scopes.ts";
import type { Database } from "../database/database.ts";
import { isWholeApiKey } from "./create-api-key.ts";
import type { CredentialLookup } from "./credential-verifier.ts";
import { createUseRecorder } from "./record-use.ts";

/** Looks API keys up that the owner made: neither expired nor revoked. A mistyped one is told by its checksum, without a look-up. */
export function createStoredKeyLookup(database: Database): CredentialLookup {
  const recordUse = createUseRecorder((id) =>
    database.updateTable("apiKeys").set({ lastUsedAt: new Date() }).where("id", "=", id).execute(),
  );
  return {
    recognizes: isWholeApiKey,
    async lookUp(credential) {
      const keyHash = createHash("sha256").update(credential).digest("hex");
      const row = await database
        .selectFrom("apiKeys")
        .select(["id", "name", "scopes", "expiresAt", "revokedAt"])
        .where("keyHash", "=", keyHash)
        .executeTakeFirst();
      if (row === undefined || row.revokedAt !== null) return null;
      const { id, name, expiresAt } = row;
      if (expiresAt !== null && expiresAt.getTime() <= Date.now()) return null;
      recordUse(id);
      const scopes = row.scopes.filter(isScope);
      return { principal: { id: `stored-key:${id}`, name, client: null, scopes }, expiresAt };
    },
  };
}
