import { type Kysely as AnyKysely, Kysely, PostgresDialect, sql } from "kysely";
import type { Logger } from "../observability/logger.ts";
import { createDatabase } from "./database.ts";
import { createPostgresPool, type PostgresOptions } from "./database-postgres/pool.ts";
import { migrate } from "./migrate.ts";
import type { OpenDatabase } from "./open-database.ts";

/**
 * The database on a PostgreSQL server, for any number of instances together.
 * @throws SettingsError when the address cannot be understood
 */
export function createPostgresDatabase(options: PostgresOptions & { readonly logger: Logger }): OpenDatabase {
  const pool = createPostgresPool(options);
  const plain: AnyKysely<unknown> = new Kysely({ dialect: new PostgresDialect({ pool }) });
  const database = createDatabase(
    new PostgresDialect({
      // Kysely asks for the pool once, at the first statement, and again if this fails.
      pool: async () => {
        await migrate(plain);
        return pool;
      },
    }),
  );
  return {
    database,
    open: async () => {
      await sql`select 1`.execute(database);
    },
    // The pool itself: Kysely ends none that no statement asked for.
    close: () => pool.end(),
  };
}
