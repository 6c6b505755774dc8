import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { sql } from "kysely";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createPostgresRateLimiter } from "#shared/rate-limiter/rate-limiter-postgres.ts";
import { describeWith } from "../../support/capabilities.ts";
import { describeOnBothDatabases } from "../../support/databases.ts";
import { ask, type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { waitUntil } from "../../support/wait-until.ts";

const TIMEOUT_MS = 120_000;
const COUNT_CALLS = fileURLToPath(new URL("./count-calls.fixture.ts", import.meta.url));
const logger = createLogger({}, () => undefined);
const run = promisify(execFile);

/** Windows are the minutes of the clock: a test that counts begins when one has room. */
async function untilEarlyInMinute(roomMs = 15_000): Promise<void> {
  const intoMinuteMs = Date.now() % 60_000;
  if (intoMinuteMs > 60_000 - roomMs)
    await new Promise((resolve) => setTimeout(resolve, 60_100 - intoMinuteMs));
}

describeOnBothDatabases("limits that are counted in the database", (database) => {
  beforeEach(() => untilEarlyInMinute(), 30_000);

  it("allows so many calls a minute, tells when the next one may come, and keeps rules and callers apart", async () => {
    const limiter = createPostgresRateLimiter({ database: database(), logger });
    const rule = { name: "apart", perMinute: 3 };
    const decisions = [];
    const mostSeconds = 60 - new Date().getSeconds();
    for (let call = 0; call < 5; call += 1) decisions.push(await limiter.consume(rule, "a"));
    const leastSeconds = 60 - new Date().getSeconds();
    const refused = { allowed: false, retryAfterSeconds: expect.any(Number) };
    expect(decisions).toEqual([{ allowed: true }, { allowed: true }, { allowed: true }, refused, refused]);
    const [, , , fourth] = decisions;
    const waitSeconds = fourth?.allowed === false ? fourth.retryAfterSeconds : 0;
    expect(waitSeconds).toBeGreaterThanOrEqual(leastSeconds - 1);
    expect(waitSeconds).toBeLessThanOrEqual(mostSeconds + 1);
    expect(await limiter.consume(rule, "b")).toEqual({ allowed: true });
    expect(await limiter.consume({ ...rule, name: "other" }, "a")).toEqual({ allowed: true });
  });

  it("holds over two instances that count at once", async () => {
    const limiters = [1, 2].map(() => createPostgresRateLimiter({ database: database(), logger }));
    const rule = { name: "sum", perMinute: 7 };
    const decisions = await Promise.all(
      Array.from({ length: 40 }, (_, call) => limiters[call % 2]?.consume(rule, "a")),
    );
    expect(decisions.filter((decision) => decision?.allowed)).toHaveLength(7);
  });

  it("writes nothing for calls that it refuses, nor who called", async () => {
    const limiter = createPostgresRateLimiter({ database: database(), logger });
    const rule = { name: "flood", perMinute: 2 };
    for (let call = 0; call < 20; call += 1) await limiter.consume(rule, "somebody@example.org");
    const kept = database().selectFrom("rateLimits").selectAll().where("name", "=", "flood");
    const rows = await kept.execute();
    expect(rows).toMatchObject([{ count: 2 }]);
    expect(JSON.stringify(rows)).not.toContain("somebody");
  });

  it("counts nothing when the limit is off", async () => {
    const limiter = createPostgresRateLimiter({ database: database(), logger });
    for (let call = 0; call < 5; call += 1) {
      expect(await limiter.consume({ name: "off", perMinute: 0 }, "a")).toEqual({ allowed: true });
    }
    const kept = database().selectFrom("rateLimits").selectAll().where("name", "=", "off");
    expect(await kept.execute()).toEqual([]);
  });

  it("forgets windows that are over", async () => {
    const old = { name: "old", caller: "c", windowStart: new Date(Date.now() - 3_600_000), count: 1 };
    await database().insertInto("rateLimits").values(old).execute();
    const limiter = createPostgresRateLimiter({ database: database(), logger });
    await limiter.consume({ name: "sweep", perMinute: 1 }, "a");
    const left = () => database().selectFrom("rateLimits").selectAll().where("name", "=", "old").execute();
    await waitUntil(async () => (await left()).length === 0);
  });
});

describeWith("postgres", "limits and the database server", () => {
  let server: PostgresServer;
  let url = "";
  let opened: OpenDatabase;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    opened = createPostgresDatabase({ url, logger });
    await opened.open();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await opened.close();
    await server.stop();
  }, TIMEOUT_MS);

  it(
    "hold in sum over two processes",
    async () => {
      await untilEarlyInMinute(35_000);
      const count = async () => {
        const { stdout } = await run(process.execPath, ["--no-warnings", COUNT_CALLS, url, "10", "15"]);
        return Number(stdout);
      };
      const [first = 0, second = 0] = await Promise.all([count(), count()]);
      expect(first + second).toBe(10);
    },
    TIMEOUT_MS,
  );

  it(
    "are counted by each instance while the server is away, are refused where the rule says so, and come back",
    async () => {
      const lines: string[] = [];
      const limiter = createPostgresRateLimiter({
        database: opened.database,
        logger: createLogger({}, (line) => lines.push(line)),
      });
      const rule = { name: "away", perMinute: 2 };
      await server.halt("immediate");
      const decisions = [];
      for (let call = 0; call < 3; call += 1) decisions.push(await limiter.consume(rule, "a"));
      expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false]);
      await expect(limiter.consume({ ...rule, whenAway: "refuse" }, "a")).rejects.toMatchObject({
        code: "storage_unavailable",
        retryAfterSeconds: 2,
      });
      expect(lines).toHaveLength(1);
      await server.start();
      const shared = () => ask(url, "select count(*)::int as n from rate_limits where name = 'away'");
      await waitUntil(async () => {
        await limiter.consume({ ...rule, perMinute: 1000 }, "b");
        return (await shared())[0]?.["n"] !== 0;
      });
    },
    TIMEOUT_MS,
  );

  it(
    "cost a caller two seconds at most when the server hangs",
    async () => {
      const patient = createPostgresDatabase({ url, logger, statementTimeoutMs: TIMEOUT_MS });
      const limiter = createPostgresRateLimiter({ database: patient.database, logger });
      const locked = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<void>();
      const lock = patient.database.transaction().execute(async (transaction) => {
        await sql`lock table rate_limits in access exclusive mode`.execute(transaction);
        locked.resolve();
        await answered.promise;
      });
      await locked.promise;
      expect(await limiter.consume({ name: "hang", perMinute: 5 }, "key:hang")).toEqual({ allowed: true });
      // The statement hangs as before: it was the caller's wait that ended.
      const hanging = "select count(*)::int as n from pg_locks where not granted";
      expect(await ask(url, hanging)).toEqual([{ n: 1 }]);
      answered.resolve();
      await lock;
      await patient.close();
    },
    TIMEOUT_MS,
  );
});
