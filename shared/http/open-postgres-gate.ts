import type { DatabaseSettings } from "../config/database-settings.ts";
import type { EdgeSettings } from "../config/edge-settings.ts";
import { createPostgresDatabase } from "../database/database-postgres.ts";
import type { Logger } from "../observability/logger.ts";
import { createGate } from "./gate.ts";
import { type OpenGate, openGate } from "./open-gate.ts";

/**
 * Builds the gate of a function in the cloud: over PostgreSQL when a server is set, else over the keys of the settings alone.
 * @throws SettingsError when the server's address cannot be understood
 */
export function openPostgresGate(edge: EdgeSettings, settings: DatabaseSettings, logger: Logger): OpenGate {
  const { postgres, audit } = settings;
  if (postgres === null) return { gate: createGate(edge), close: async () => undefined };
  const database = createPostgresDatabase({ ...postgres, logger });
  return openGate({ edge, database, isShared: true, audit, logger });
}
