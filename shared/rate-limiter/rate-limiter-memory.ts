import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimiter, RateRule } from "./rate-limiter.ts";

const WINDOW_SECONDS = 60;

/** Counts in this process alone: right on one machine, per instance in the cloud. Windows of a minute start at the first call. */
export function createMemoryRateLimiter(): RateLimiter {
  const limiters = new Map<string, RateLimiterMemory>();
  const limiterOf = (rule: RateRule): RateLimiterMemory => {
    const known = limiters.get(rule.name);
    if (known) return known;
    const limiter = new RateLimiterMemory({
      keyPrefix: rule.name,
      points: rule.perMinute,
      duration: WINDOW_SECONDS,
    });
    limiters.set(rule.name, limiter);
    return limiter;
  };
  return {
    async consume(rule, caller) {
      if (rule.perMinute === 0) return { allowed: true };
      try {
        await limiterOf(rule).consume(caller);
        return { allowed: true };
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) };
      }
    },
  };
}
