import { createHash, randomBytes } from "node:crypto";
import type { Database } from "#shared/database/database.ts";

/** How the owner signed in. */
export type SignInMethod =
  | { readonly method: "passphrase" }
  | { readonly method: "google"; readonly account: string };

/** A browser in which the owner is signed in. */
export interface OwnerSession {
  readonly method: "passphrase" | "google";
  /** The Google account; null for the passphrase. */
  readonly account: string | null;
  /** What each of the owner's forms carries to show that it came from the owner's own page. */
  readonly csrf: string;
}

/** The owner's sessions in the database. Each method throws AppError `storage_unavailable` when the database is away. */
export interface OwnerSessions {
  /** Begins a session. @returns the cookie's value, which is kept nowhere else and is new for each sign-in */
  begin(how: SignInMethod): Promise<string>;
  /** The session of a cookie's value; null when it has ended, expired, or never was. */
  find(cookie: string | undefined): Promise<OwnerSession | null>;
  /** Ends one session. */
  end(cookie: string): Promise<void>;
}

/** What sessions are kept with. */
export interface OwnerSessionsOptions {
  readonly database: Database;
  /** The generation of sessions that is good now. */
  sessionEpoch(): Promise<number>;
  /** The system's clock by default. */
  readonly now?: () => Date;
}

/** From sign-in to the end, whatever happens: half a day. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;
/** Without a request for this long a session ends as well. */
const IDLE_MS = 2 * 3_600_000;
const SEEN_RESOLUTION_MS = 60_000;
const RANDOM_BYTES = 32;

const hash = (cookie: string): string => createHash("sha256").update(cookie).digest("hex");

/** Builds the owner's sessions over the database. */
export function createOwnerSessions(options: OwnerSessionsOptions): OwnerSessions {
  const { database, sessionEpoch, now = () => new Date() } = options;
  return {
    async begin(how) {
      const cookie = randomBytes(RANDOM_BYTES).toString("base64url");
      const startedAt = now();
      await database.deleteFrom("ownerSessions").where("expiresAt", "<=", startedAt).execute();
      await database
        .insertInto("ownerSessions")
        .values({
          idHash: hash(cookie),
          method: how.method,
          account: how.method === "google" ? how.account : null,
          csrf: randomBytes(RANDOM_BYTES).toString("base64url"),
          epoch: await sessionEpoch(),
          createdAt: startedAt,
          lastSeenAt: startedAt,
          expiresAt: new Date(startedAt.getTime() + SESSION_LIFETIME_MS),
        })
        .execute();
      return cookie;
    },

    async find(cookie) {
      if (cookie === undefined || !/^[\w-]{43}$/.test(cookie)) return null;
      const idHash = hash(cookie);
      const at = now();
      const row = await database
        .selectFrom("ownerSessions")
        .selectAll()
        .where("idHash", "=", idHash)
        .where("expiresAt", ">", at)
        .where("lastSeenAt", ">", new Date(at.getTime() - IDLE_MS))
        .executeTakeFirst();
      if (row === undefined || row.epoch !== (await sessionEpoch())) return null;
      if (at.getTime() - row.lastSeenAt.getTime() > SEEN_RESOLUTION_MS) {
        await database
          .updateTable("ownerSessions")
          .set({ lastSeenAt: at })
          .where("idHash", "=", idHash)
          .execute();
      }
      return { method: row.method, account: row.account, csrf: row.csrf };
    },

    async end(cookie) {
      await database.deleteFrom("ownerSessions").where("idHash", "=", hash(cookie)).execute();
    },
  };
}
