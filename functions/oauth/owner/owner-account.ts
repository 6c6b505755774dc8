import type { Database } from "#shared/database/database.ts";
import { hashPassphrase, verifyPassphrase } from "./passphrase.ts";

/** The one owner of this deployment. Each method throws AppError `storage_unavailable` when the database is away. */
export interface OwnerAccount {
  hasPassphrase(): Promise<boolean>;
  /**
   * Sets the passphrase, which `judgePassphrase` has found good, and ends every session.
   * @param onlyFirst do nothing when there is one already
   * @returns false when there was one and `onlyFirst` was asked
   */
  setPassphrase(passphrase: string, signal: AbortSignal, onlyFirst?: boolean): Promise<boolean>;
  /** Whether this is the passphrase; false when none is set. */
  verify(passphrase: string, signal: AbortSignal): Promise<boolean>;
  /** The generation of sessions that is good now. */
  sessionEpoch(): Promise<number>;
  /** Ends every session at once. */
  endAllSessions(): Promise<void>;
}

const OWNER = 1;

/** Builds the owner's account over the database. */
export function createOwnerAccount(database: Database): OwnerAccount {
  const find = () =>
    database
      .selectFrom("owner")
      .select(["passphraseHash", "sessionEpoch"])
      .where("id", "=", OWNER)
      .executeTakeFirst();

  return {
    async hasPassphrase() {
      return ((await find())?.passphraseHash ?? null) !== null;
    },

    async setPassphrase(passphrase, signal, onlyFirst = false) {
      const passphraseHash = await hashPassphrase(passphrase, signal);
      // One statement: of two who set the first one at the same time, one wins.
      const row = await database
        .insertInto("owner")
        .values({ id: OWNER, passphraseHash })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet((update) => ({
              passphraseHash,
              sessionEpoch: update("owner.sessionEpoch", "+", 1),
              changedAt: new Date(),
            }))
            .where((where) => (onlyFirst ? where("owner.passphraseHash", "is", null) : where.lit(true))),
        )
        .returning("id")
        .executeTakeFirst();
      return row !== undefined;
    },

    async verify(passphrase, signal) {
      const kept = (await find())?.passphraseHash ?? null;
      return kept !== null && verifyPassphrase(passphrase, kept, signal);
    },

    async sessionEpoch() {
      return (await find())?.sessionEpoch ?? 1;
    },

    async endAllSessions() {
      await database
        .insertInto("owner")
        .values({ id: OWNER, passphraseHash: null, sessionEpoch: 2 })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet((update) => ({ sessionEpoch: update("owner.sessionEpoch", "+", 1) })),
        )
        .execute();
    },
  };
}
