import { join } from "node:path";
import type { PostgresSettings } from "#shared/config/database-settings.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { createPgliteDatabase, DatabaseInUseError } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { DatabaseTooNewError } from "#shared/database/database-too-new.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";

/** The embedded database takes half a second of a processor to open: the first requests and the warm sandboxes go first. */
const OPEN_AFTER_MS = 2_000;
const SERVER_PATIENCE_MS = 5_000;

/** Where the database of one machine is. */
export interface LocalDatabaseOptions {
  readonly dataFolder: string;
  /** A PostgreSQL server; null for the embedded database in the data folder. */
  readonly postgres: PostgresSettings | null;
  readonly logger: Logger;
}

/**
 * Opens the database of one machine without waiting for what may wait: the embedded one opens at its first statement, or a moment
 * after the start; a server that is away now is tried again by each statement.
 * @throws SettingsError when another process has the embedded database open, or a newer version made the tables
 */
export async function openLocalDatabase(options: LocalDatabaseOptions): Promise<OpenDatabase> {
  const { dataFolder, postgres, logger } = options;
  try {
    if (postgres === null) {
      const opened = createPgliteDatabase({ folder: join(dataFolder, "database"), logger });
      setTimeout(() => {
        tryToOpen(opened, logger).catch((thrown: unknown) => logger.log("CRITICAL", String(thrown)));
      }, OPEN_AFTER_MS).unref();
      return opened;
    }
    const opened = createPostgresDatabase({ ...postgres, logger });
    await openWithin(SERVER_PATIENCE_MS, opened, logger);
    return opened;
  } catch (thrown) {
    if (thrown instanceof DatabaseInUseError || thrown instanceof DatabaseTooNewError) {
      throw new SettingsError(thrown.message);
    }
    throw thrown;
  }
}

async function openWithin(limitMs: number, opened: OpenDatabase, logger: Logger): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, limitMs);
  try {
    await Promise.race([tryToOpen(opened, logger), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws DatabaseTooNewError */
async function tryToOpen(opened: OpenDatabase, logger: Logger): Promise<void> {
  try {
    await opened.open();
  } catch (thrown) {
    if (thrown instanceof DatabaseTooNewError) throw thrown;
    logger.log("WARNING", "the database cannot be opened yet", { ...describeCause(thrown) });
  }
}
