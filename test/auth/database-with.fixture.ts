import { createHash, randomUUID } from "node:crypto";
import { createApiKey } from "#shared/auth/create-api-key.ts";
import type { Database } from "#shared/database/database.ts";
import { BASE_URL } from "./serve-gate.fixture.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a stored key is to be. */
export interface KeyWish {
  readonly scopes?: readonly string[];
  readonly expiresAt?: Date | null;
  readonly revokedAt?: Date | null;
}

/** Puts a key into the database as `npm run keys` does. */
export async function addKey(
  database: Database,
  { scopes = ["execute", "query"], expiresAt = null, revokedAt = null }: KeyWish = {},
): Promise<{ readonly id: string; readonly key: string }> {
  const id = randomUUID();
  const key = createApiKey();
  const row = { id, name: "laptop", keyHash: sha256(key), scopes: [...scopes], expiresAt, revokedAt };
  await database
    .insertInto("apiKeys")
    .values({ ...row, lastUsedAt: null })
    .execute();
  return { id, key };
}

/** What an access token is to be. */
export interface TokenWish {
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly expiresAt?: Date | null;
  readonly consumedAt?: Date | null;
  /** False leaves its grant out. */
  readonly granted?: boolean;
}

/** The client that tokens are of. */
export const CLIENT = "https://chatgpt.com/oauth/client.json";

/** Puts an access token with its grant into the database as the authorization server does. */
export async function addToken(
  database: Database,
  { payload = {}, expiresAt = inSeconds(3600), consumedAt = null, granted = true }: TokenWish = {},
): Promise<{ readonly token: string; readonly grantId: string }> {
  const token = randomUUID().replaceAll("-", "") + randomUUID().slice(0, 11);
  const grantId = randomUUID();
  const common = { grantId, uidHash: null, userCodeHash: null };
  const said = {
    accountId: "owner",
    clientId: CLIENT,
    aud: `${BASE_URL}/mcp`,
    scope: "execute query",
    kind: "AccessToken",
    ...payload,
  };
  const rows = [
    {
      ...common,
      kind: "AccessToken",
      idHash: sha256(token),
      payload: JSON.stringify(said),
      consumedAt,
      expiresAt,
    },
    ...(granted
      ? [
          {
            ...common,
            kind: "Grant",
            idHash: sha256(grantId),
            payload: "{}",
            consumedAt: null,
            expiresAt: null,
          },
        ]
      : []),
  ];
  await database.insertInto("oauthRecords").values(rows).execute();
  return { token, grantId };
}

/** A time from now on. */
export function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}
