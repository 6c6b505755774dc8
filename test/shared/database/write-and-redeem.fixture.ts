// Writes codes and redeems each of them, and says what is done only when it is done, until it is killed.
//   pglite FOLDER | postgres URL
// Lines: `state {"id": redeemed, …}` first, then `written ID` and `redeemed ID`.
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";

const [kind, place = ""] = process.argv.slice(2);
const logger = createLogger({}, () => undefined);
const { database } =
  kind === "pglite"
    ? createPgliteDatabase({ folder: place, logger })
    : createPostgresDatabase({ url: place, logger });
// At once and whole: what is still in a buffer of this process would die with it.
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const kept = await database.selectFrom("oauthRecords").select(["idHash", "consumedAt"]).execute();
say(`state ${JSON.stringify(Object.fromEntries(kept.map((row) => [row.idHash, row.consumedAt !== null])))}`);
for (;;) {
  const idHash = randomUUID();
  await database
    .insertInto("oauthRecords")
    .values({ kind: "AuthorizationCode", idHash, payload: JSON.stringify({ filler: "x".repeat(500) }) })
    .execute();
  say(`written ${idHash}`);
  const redeemed = await database
    .updateTable("oauthRecords")
    .set({ consumedAt: new Date() })
    .where("idHash", "=", idHash)
    .where("consumedAt", "is", null)
    .returning("idHash")
    .execute();
  if (redeemed.length === 1) say(`redeemed ${idHash}`);
}
