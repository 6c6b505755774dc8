// Opens a database, writes a row and holds it until it is killed.
import { randomUUID } from "node:crypto";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createLogger } from "#shared/observability/logger.ts";

try {
  const folder = process.argv[2] ?? "";
  const { database } = createPgliteDatabase({ folder, logger: createLogger({}, () => undefined) });
  await database
    .insertInto("apiKeys")
    .values({ id: randomUUID(), name: "held", keyHash: "held", scopes: [] })
    .execute();
  process.stdout.write("held\n");
  setInterval(() => undefined, 1_000);
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
}
