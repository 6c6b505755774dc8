import { createHash } from "node:crypto";
import { isScope } from "../contract/scopes.ts";
import type { Database } from "../database/database.ts";
import type { CredentialLookup, Verified } from "./credential-verifier.ts";
import { createUseRecorder } from "./record-use.ts";

/** What the authorization server keeps of an access token, as far as it matters here. */
interface TokenPayload {
  readonly accountId: string;
  readonly clientId: string;
  readonly aud: string;
  /** Left out when nothing was granted. */
  readonly scope?: string;
}

/**
 * Looks access tokens up where the authorization server keeps them, so that no function needs it running: opaque names under their
 * SHA-256. A token is good while its row is there and has not expired and the grant that it came from is there too, and only for the
 * resource that it was made for (RFC 8707 §2).
 */
export function createOauthTokenLookup(database: Database): CredentialLookup {
  const recordUse = createUseRecorder((clientId) =>
    database
      .updateTable("oauthClientUses")
      .set({ lastUsedAt: new Date() })
      .where("clientId", "=", clientId)
      .execute(),
  );
  return {
    // Never a key with its prefix, nor a token of three parts.
    recognizes: (credential) => /^[\w-]{32,128}$/.test(credential) && !credential.startsWith("codex_"),
    async lookUp(credential, { resource }) {
      const row = await findToken(database, createHash("sha256").update(credential).digest("hex"));
      if (row === undefined || row.expiresAt === null || row.expiresAt.getTime() <= Date.now()) return null;
      const { payload } = row;
      if (!isTokenPayload(payload) || payload.aud !== resource) return null;
      recordUse(payload.clientId);
      return toVerified(payload, row.expiresAt);
    },
  };
}

function findToken(database: Database, idHash: string) {
  return database
    .selectFrom("oauthRecords as token")
    .innerJoin("oauthRecords as grant", "grant.grantId", "token.grantId")
    .select(["token.payload", "token.expiresAt"])
    .where("token.kind", "=", "AccessToken")
    .where("token.idHash", "=", idHash)
    .where("token.consumedAt", "is", null)
    .where("grant.kind", "=", "Grant")
    .executeTakeFirst();
}

function isTokenPayload(payload: object): payload is TokenPayload {
  const { accountId, clientId, aud, scope } = payload as Partial<Record<keyof TokenPayload, unknown>>;
  const isNamed = [accountId, clientId, aud].every((text) => typeof text === "string" && text !== "");
  return isNamed && (scope === undefined || typeof scope === "string");
}

function toVerified({ accountId, clientId, scope = "" }: TokenPayload, expiresAt: Date): Verified {
  return {
    principal: {
      id: `oauth:${accountId}:${clientId}`,
      name: accountId,
      client: clientId,
      scopes: scope.split(" ").filter(isScope),
    },
    expiresAt,
  };
}
