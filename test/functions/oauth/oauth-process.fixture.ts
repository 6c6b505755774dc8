import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { NO_LIMITS } from "./support/limiters.ts";
import { serveOauth } from "./support/serve-oauth.ts";

// The authorization server in a process of its own, which can be killed.
//   DATABASE   a folder, or the address of a PostgreSQL server
const where = process.env["DATABASE"] ?? "";
const logger = createLogger({}, () => undefined);
const opened = where.startsWith("postgres:")
  ? createPostgresDatabase({ url: where, logger })
  : createPgliteDatabase({ folder: where, logger });
await opened.open();
const server = await serveOauth({
  database: opened.database,
  signingKey: process.env["SIGNING_KEY"] ?? "",
  baseUrl: "http://127.0.0.1:1",
  rateLimiter: NO_LIMITS,
});
process.stdout.write(`Serving at ${server.url} .\n`);
