import { AppError } from "#shared/errors/app-error.ts";
import type { RateLimiter, RateRule } from "#shared/rate-limiter/rate-limiter.ts";

/**
 * How often strangers may ask, all of them together: callers are not known here, and their addresses are easy to change. Where the counts
 * cannot be kept nobody is let in.
 */
export const LIMITS = {
  /** Requests for authorization, each of which is kept for a quarter of an hour. */
  authorize: { name: "oauth-authorize", perMinute: 300, whenAway: "refuse" },
  /** Tokens, revocations, introspections. */
  token: { name: "oauth-token", perMinute: 3_000, whenAway: "refuse" },
  /** Clients that register themselves. */
  register: { name: "oauth-register", perMinute: 30, whenAway: "refuse" },
  /** Clients' documents that are fetched from elsewhere. */
  fetch: { name: "oauth-fetch", perMinute: 60, whenAway: "refuse" },
} as const satisfies Readonly<Record<string, RateRule>>;

/** Counts a call. @throws AppError `rate_limited`, or `storage_unavailable` when it cannot be counted */
export async function limitCalls(rateLimiter: RateLimiter, rule: RateRule): Promise<void> {
  const decision = await rateLimiter.consume(rule, "everybody");
  if (decision.allowed) return;
  const { retryAfterSeconds } = decision;
  throw new AppError(
    "rate_limited",
    `Too many clients ask at the moment. Wait ${retryAfterSeconds} s and try again.`,
    { retryAfterSeconds },
  );
}
