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
  readonly scope: string;
}

/**
 * Looks access tokens up where the authorization server keeps them, so that no function needs it running: opaque names under their
 * SHA-256. A token is good while its row is there and has not expired, the grant that it came from is there too (a token that was made
 * at the very moment of a revocation is worth nothing), and only for the resource that it was made for (RFC 8707 §2).
 */
export function createOauthTokenLookup(database: Database): CredentialLookup {
  const recordUse = createUseRecorder();
  return {
    // Never a key with its prefix, nor a token of three parts.
    recognizes: (credential) => /^[\w-]{32,128}$/.test(credential) && !credential.startsWith("codex_"),
    async lookUp(credential, { resource }) {
      const row = await findToken(database, createHash("sha256").update(credential).digest("hex"));
      if (row === undefined || row.consumedAt !== null || row.expiresAt === null) return null;
      if (row.expiresAt.getTime() <= Date.now()) return null;
      const { payload } = row;
      if (!isTokenPayload(payload) || payload.aud !== resource) return null;
      recordUse(row.lastUsedAt, (at) =>
        database
          .updateTable("oauthClientUses")
          .set({ lastUsedAt: at })
          .where("clientId", "=", payload.clientId)
          .execute(),
      );
      return toVerified(payload, row.expiresAt);
    },
  };
}

function findToken(database: Database, idHash: string) {
  return database
    .selectFrom("oauthRecords as token")
    .innerJoin("oauthRecords as grant", (join) =>
      join
        .on("grant.kind", "=", "Grant")
        .on((eb) =>
          eb(
            "grant.idHash",
            "=",
            eb.fn<string>("encode", [
              eb.fn("sha256", [eb.fn("convert_to", [eb.ref("token.grantId"), eb.val("UTF8")])]),
              eb.val("hex"),
            ]),
          ),
        ),
    )
    .leftJoin("oauthClientUses as uses", (join) =>
      join.on((eb) =>
        eb(
          "uses.clientId",
          "=",
          eb.fn<string>("jsonb_extract_path_text", [eb.ref("token.payload"), eb.val("clientId")]),
        ),
      ),
    )
    .select(["token.payload", "token.consumedAt", "token.expiresAt", "uses.lastUsedAt"])
    .where("token.kind", "=", "AccessToken")
    .where("token.idHash", "=", idHash)
    .executeTakeFirst();
}

function isTokenPayload(payload: object): payload is TokenPayload {
  const { accountId, clientId, aud, scope } = payload as Partial<Record<keyof TokenPayload, unknown>>;
  return [accountId, clientId, aud, scope].every((text) => typeof text === "string" && text !== "");
}

function toVerified({ accountId, clientId, scope }: TokenPayload, expiresAt: Date): Verified {
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
