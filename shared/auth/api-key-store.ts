import { createHash, randomUUID } from "node:crypto";
import { isScope, type Scope } from "../contract/scopes.ts";
import type { Database } from "../database/database.ts";
import type { ApiKeys } from "../database/tables.ts";
import { AppError } from "../errors/app-error.ts";
import { createApiKey } from "./create-api-key.ts";

/** A key that the owner made, without the key itself. */
export interface StoredApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  /** Null: does not expire. */
  readonly expiresAt: Date | null;
  /** Null: not revoked. */
  readonly revokedAt: Date | null;
  /** To the minute; null: never used. */
  readonly lastUsedAt: Date | null;
}

/** What a new key is to be. */
export interface ApiKeyWish {
  /** As `parseKeyName` returns it. */
  readonly name: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/** The keys in the database; `createStoredKeyLookup` finds them by what a caller sends. Each method throws AppError `storage_unavailable` when the database is away. */
export interface ApiKeyStore {
  /** Makes a key; it is in the result and nowhere else. @throws AppError `conflict` when there are 200 live keys */
  create(wish: ApiKeyWish): Promise<{ readonly key: string; readonly stored: StoredApiKey }>;
  /** The newest 500, revoked and expired ones among them. */
  list(): Promise<readonly StoredApiKey[]>;
  /** @returns false when there is no such live key */
  rename(id: string, name: string): Promise<boolean>;
  /** @returns false when there is no such live key */
  revoke(id: string): Promise<boolean>;
  /** @returns how many were revoked */
  revokeAll(): Promise<number>;
}

const MAX_LIVE_KEYS = 200;
const MAX_LISTED = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The name of a key as it is kept: 1 to 64 characters without control characters; null when the text cannot be one. */
export function parseKeyName(text: string): string | null {
  const name = text.normalize("NFC").trim().replaceAll(/\s+/g, " ");
  return /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(name) ? name : null;
}

/** By which a key is kept and found: 256 random bits need no slow hash. */
function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Whether a key opens anything now. */
export function isLive(key: StoredApiKey, now: Date): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}

/** Builds the store of keys over the database. @param now the time; the system's clock by default */
export function createApiKeyStore(database: Database, now: () => Date = () => new Date()): ApiKeyStore {
  const live = () =>
    database
      .updateTable("apiKeys")
      .where("revokedAt", "is", null)
      .where((where) => where.or([where("expiresAt", "is", null), where("expiresAt", ">", now())]));

  return {
    create: (wish) => create(database, wish, now()),

    async list() {
      const rows = await database
        .selectFrom("apiKeys")
        .selectAll()
        .orderBy("createdAt", "desc")
        .orderBy("id")
        .limit(MAX_LISTED)
        .execute();
      return rows.map(toStoredKey);
    },

    async rename(id, name) {
      if (!UUID.test(id)) return false;
      const { numUpdatedRows } = await live().set({ name }).where("id", "=", id).executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async revoke(id) {
      if (!UUID.test(id)) return false;
      const { numUpdatedRows } = await live()
        .set({ revokedAt: now() })
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async revokeAll() {
      const { numUpdatedRows } = await live().set({ revokedAt: now() }).executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}

async function create(database: Database, { name, scopes, expiresAt }: ApiKeyWish, now: Date) {
  const existing = await database
    .selectFrom("apiKeys")
    .select(({ fn }) => fn.countAll<number | string>().as("count"))
    .where("revokedAt", "is", null)
    .where((where) => where.or([where("expiresAt", "is", null), where("expiresAt", ">", now)]))
    .executeTakeFirstOrThrow();
  if (Number(existing.count) >= MAX_LIVE_KEYS) {
    throw new AppError("conflict", `There are ${MAX_LIVE_KEYS} keys already. Revoke one that is not needed.`);
  }
  const key = createApiKey();
  const row = {
    id: randomUUID(),
    name,
    keyHash: hashApiKey(key),
    scopes: [...scopes],
    createdAt: now,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
  await database.insertInto("apiKeys").values(row).execute();
  return { key, stored: toStoredKey(row) };
}

function toStoredKey(row: Omit<ApiKeys, "createdAt" | "keyHash"> & { createdAt: Date }): StoredApiKey {
  const { id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = row;
  return { id, name, scopes: scopes.filter(isScope), createdAt, expiresAt, revokedAt, lastUsedAt };
}
