import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../../support/start-postgres.ts";

const logger = createLogger({}, () => undefined);

describeWith("postgres", "a database on a PostgreSQL server", () => {
  let server: PostgresServer;
  const opened: OpenDatabase[] = [];
  const openAt = (url: string): OpenDatabase => {
    const database = createPostgresDatabase({ url, logger });
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    server = await startPostgres();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  }, 60_000);

  it("makes its tables once though ten instances start together", async () => {
    const url = await server.createDatabase();
    await Promise.all(Array.from({ length: 10 }, () => openAt(url).open()));
    const { database } = openAt(url);
    expect(await database.selectFrom("apiKeys").selectAll().execute()).toEqual([]);
  });
});
