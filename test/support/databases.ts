import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Database } from "#shared/database/database.ts";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "./capabilities.ts";
import { copyPgliteTemplate } from "./pglite-template.ts";
import { type PostgresServer, startPostgres } from "./start-postgres.ts";

const START_TIMEOUT_MS = 120_000;
const logger = createLogger({}, () => undefined);

/**
 * Runs the same suite on PGlite and on a real PostgreSQL server. `suite` gets a function that hands out the database, empty at the
 * file's beginning and with all tables, once the tests run.
 */
export function describeOnBothDatabases(name: string, suite: (database: () => Database) => void): void {
  describe(`${name}, on PGlite`, () => {
    let opened: OpenDatabase;
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pglite-test-"));
      await copyPgliteTemplate(join(folder, "database"));
      opened = createPgliteDatabase({ folder: join(folder, "database"), logger });
      await opened.open();
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    }, START_TIMEOUT_MS);
    suite(() => opened.database);
  });

  describeWith("postgres", `${name}, on PostgreSQL`, () => {
    let opened: OpenDatabase;
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
      opened = createPostgresDatabase({ url: await server.createDatabase(), logger });
      await opened.open();
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await opened.close();
      await server.stop();
    }, START_TIMEOUT_MS);
    suite(() => opened.database);
  });
}
