import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database/database.ts";
import { databaseUnavailable } from "../database/database-unavailable.ts";
import type { Logger } from "../observability/logger.ts";
import type { RateDecision, RateLimiter, RateRule } from "./rate-limiter.ts";
import { createMemoryRateLimiter } from "./rate-limiter-memory.ts";

const WINDOW_SECONDS = 60;
/** A count is worth no more of a caller's time. */
const PATIENCE_MS = 2_000;
/** For this long after a failure nobody waits for the database again. */
const PAUSE_AFTER_FAILURE_MS = 5_000;
const SWEEP_EVERY_MS = 60_000;
const KEPT_WINDOWS = 5;
const MOST_REFUSED_CALLERS = 10_000;

/** What a rate limiter over the database is built with. */
export interface PostgresRateLimiterOptions {
  readonly database: Database;
  readonly logger: Logger;
}

/**
 * Counts in the database: a limit holds for all instances together, in windows of a minute that begin with the database's own minutes.
 * A caller who is over the limit costs no statement until the window ends. When the database is away, each instance counts for
 * itself, or refuses, as the rule says.
 */
export function createPostgresRateLimiter({ database, logger }: PostgresRateLimiterOptions): RateLimiter {
  const own = createMemoryRateLimiter();
  /** When the window of a refused caller ends, by `performance.now()`. */
  const refusedUntil = new Map<string, number>();
  let awayUntil = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const sweep = async (now: number): Promise<void> => {
    if (now - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = now;
    const oldest = sql<Date>`now() - make_interval(secs => ${sql.lit(KEPT_WINDOWS * WINDOW_SECONDS)})`;
    await database.deleteFrom("rateLimits").where("windowStart", "<", oldest).execute();
  };
  const countShared = async (rule: RateRule, caller: string): Promise<RateDecision> => {
    const now = performance.now();
    const key = `${rule.name}\0${caller}`;
    const until = refusedUntil.get(key);
    if (until !== undefined && until > now) return refuse(until - now);
    refusedUntil.delete(key);
    const remainingMs = await countCall(database, rule, caller);
    // Nobody waits for the sweep, and another one follows.
    sweep(now).catch(() => undefined);
    if (remainingMs === null) return { allowed: true };
    if (refusedUntil.size >= MOST_REFUSED_CALLERS) refusedUntil.clear();
    refusedUntil.set(key, now + remainingMs);
    return refuse(remainingMs);
  };
  const countAlone = (rule: RateRule, caller: string, cause: unknown): Promise<RateDecision> => {
    if (rule.whenAway === "refuse") throw databaseUnavailable(cause);
    return own.consume(rule, caller);
  };
  return {
    async consume(rule, caller) {
      if (rule.perMinute === 0) return { allowed: true };
      if (performance.now() < awayUntil) return countAlone(rule, caller, "the database was away just now");
      try {
        return await withinPatience(countShared(rule, caller));
      } catch (thrown) {
        awayUntil = performance.now() + PAUSE_AFTER_FAILURE_MS;
        logger.log("WARNING", "rate limits are counted by each instance alone: the database is away");
        return countAlone(rule, caller, thrown);
      }
    },
  };
}

/** @returns null when the call is within the limit, else the milliseconds until the window ends */
async function countCall(database: Database, rule: RateRule, caller: string): Promise<number | null> {
  const callerHash = createHash("sha256").update(caller).digest("hex").slice(0, 32);
  // Over the limit nothing is written: a flood costs a look-up.
  const { rows } = await sql<{ remainingMs: number; counted: boolean }>`
    with counted as (
      insert into rate_limits (name, caller, window_start, count)
      values (${rule.name}, ${callerHash}, date_trunc('minute', now()), 1)
      on conflict (name, caller, window_start)
        do update set count = rate_limits.count + 1 where rate_limits.count < ${rule.perMinute}
      returning count
    )
    select exists (select from counted) as counted,
      extract(epoch from date_trunc('minute', now()) + interval '1 minute' - now())::float8 * 1000 as remaining_ms
  `.execute(database);
  const [row] = rows;
  return row === undefined || row.counted ? null : row.remainingMs;
}

function refuse(remainingMs: number): RateDecision {
  const seconds = Math.ceil(remainingMs / 1000);
  return { allowed: false, retryAfterSeconds: Math.min(WINDOW_SECONDS, Math.max(1, seconds)) };
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the database did not answer in time")), PATIENCE_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
