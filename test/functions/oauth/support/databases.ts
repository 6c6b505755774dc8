import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Database } from "#shared/database/database.ts";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../../../support/start-postgres.ts";

/** Two handles on one database: two processes' on PostgreSQL, the same on PGlite, which has one process. */
export interface TestDatabases {
  readonly first: Database;
  readonly second: Database;
  /** False where all statements share one connection. */
  readonly hasConnections: boolean;
}

const logger = createLogger({}, () => undefined);

/** A database in a folder of its own, which goes with it. */
export async function openPglite(): Promise<{ database: Database; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "oauth-test-"));
  const { database, open, close } = createPgliteDatabase({ folder: join(folder, "database"), logger });
  await open();
  return {
    database,
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the same tests on PGlite and, where there is one, on a PostgreSQL server. */
export function describeOnDatabases(title: string, tests: (databases: () => TestDatabases) => void): void {
  describe(`${title}, on PGlite`, () => {
    let opened: Awaited<ReturnType<typeof openPglite>>;
    beforeAll(async () => {
      opened = await openPglite();
    }, 60_000);
    afterAll(() => opened.close());
    tests(() => ({ first: opened.database, second: opened.database, hasConnections: false }));
  });
  describeWith("postgres", `${title}, on PostgreSQL`, () => {
    let server: PostgresServer;
    let opened: readonly ReturnType<typeof createPostgresDatabase>[];
    beforeAll(async () => {
      server = await startPostgres();
      const url = await server.createDatabase();
      opened = [1, 2].map(() => createPostgresDatabase({ url, logger }));
    }, 120_000);
    afterAll(async () => {
      await Promise.all(opened.map((database) => database.close()));
      await server.stop();
    }, 60_000);
    tests(() => {
      const [first, second] = opened;
      if (first === undefined || second === undefined) throw new Error("The databases are not open.");
      return { first: first.database, second: second.database, hasConnections: true };
    });
  });
}
