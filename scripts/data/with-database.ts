import { join } from "node:path";
import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { useDataFolder } from "#shared/data-folder/lock-data-folder.ts";
import type { Database } from "#shared/database/database.ts";
import { createPgliteDatabase, DatabaseInUseError } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { loadDataFolder } from "./data-folder.ts";

/**
 * Runs a command's work on the database that the settings name: the server of `DATABASE_URL`, else the one in the data folder. An error
 * is told in one line, and the exit status is 1.
 * @param whenInUse what to do instead while the server has the data folder's database open; nothing more is said without it
 */
export async function withDatabase(
  work: (database: Database) => Promise<void>,
  whenInUse?: string,
): Promise<void> {
  let opened: OpenDatabase | null = null;
  try {
    opened = openDatabase();
    await work(opened.database);
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : String(thrown));
    if (thrown instanceof DatabaseInUseError && whenInUse !== undefined) console.error(whenInUse);
    process.exitCode = 1;
  } finally {
    await opened?.close();
  }
}

function openDatabase(): OpenDatabase {
  const logger = createLogger({}, () => undefined);
  const { postgres } = loadDatabaseSettings();
  if (postgres !== null) return createPostgresDatabase({ ...postgres, logger });
  const dataFolder = loadDataFolder();
  useDataFolder(dataFolder);
  return createPgliteDatabase({ folder: join(dataFolder, "database"), logger });
}
