// Counts calls in a process of its own: URL, rule's limit and number of calls in; how many were allowed out, as JSON.
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createPostgresRateLimiter } from "#shared/rate-limiter/rate-limiter-postgres.ts";

const [url = "", perMinute = "", calls = ""] = process.argv.slice(2);
const logger = createLogger({}, () => undefined);
const { database, close } = createPostgresDatabase({ url, logger });
const limiter = createPostgresRateLimiter({ database, logger });
const rule = { name: "execute", perMinute: Number(perMinute) };
const decisions = await Promise.all(
  Array.from({ length: Number(calls) }, () => limiter.consume(rule, "key:somebody")),
);
process.stdout.write(String(decisions.filter(({ allowed }) => allowed).length));
await close();
