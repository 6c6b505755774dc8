import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import type { Database } from "#shared/database/database.ts";
import { createOwnerAccount } from "./owner-account.ts";

/** A one-time code that lets whoever reads the server's own output set the first passphrase. */
export interface SetUpCodes {
  /** Makes a code, good for a day; the one before it ends. @returns like `K7QF-2M9X-PT4D-H6WN` */
  create(): Promise<string>;
  /** Whether the code is good. Spaces, hyphens and the case do not matter. */
  verify(code: string): Promise<boolean>;
  /** Ends the code. */
  end(): Promise<void>;
}

/** No letters that look like others: 31 of them, 16 times, are 79 bits. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ2345679";
const LENGTH = 16;
const LIFETIME_MS = 24 * 3_600_000;
const NAME = "owner-set-up-code";

const hash = (code: string): Buffer =>
  createHash("sha256").update(code.toUpperCase().replaceAll(/[\s-]/g, "")).digest();

/** Builds the set-up codes over the database, where only a hash is kept. @param now the system's clock by default */
export function createSetUpCodes(database: Database, now: () => number = Date.now): SetUpCodes {
  return {
    async create() {
      const code = Array.from({ length: LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join("");
      const value = JSON.stringify({ hash: hash(code).toString("hex"), expiresAt: now() + LIFETIME_MS });
      await database
        .insertInto("serverKeys")
        .values({ name: NAME, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value, createdAt: new Date(now()) }))
        .execute();
      return code.replaceAll(/(?<=^(?:.{4})+)(?!$)/g, "-");
    },

    async verify(code) {
      const row = await database
        .selectFrom("serverKeys")
        .select("value")
        .where("name", "=", NAME)
        .executeTakeFirst();
      const { hash: kept, expiresAt } = row?.value ?? {};
      if (typeof kept !== "string" || typeof expiresAt !== "number" || expiresAt <= now()) return false;
      return timingSafeEqual(hash(code), Buffer.from(kept, "hex"));
    },

    async end() {
      await database.deleteFrom("serverKeys").where("name", "=", NAME).execute();
    },
  };
}

/**
 * A new set-up code for a server that has no passphrase yet; null when it has one.
 * @throws AppError `storage_unavailable`
 */
export async function offerSetUpCode(database: Database): Promise<string | null> {
  if (await createOwnerAccount(database).hasPassphrase()) return null;
  return createSetUpCodes(database).create();
}
