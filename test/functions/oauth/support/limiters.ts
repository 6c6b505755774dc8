import type { RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";

/** A limiter that lets everything through: for tests of something else. */
export const NO_LIMITS: RateLimiter = { consume: async () => ({ allowed: true }) };

/** A limiter whose minute never ends, so that a slow machine counts like a fast one. */
export function createEndlessMinute(): RateLimiter {
  const counts = new Map<string, number>();
  return {
    consume: async ({ name, perMinute }) => {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count <= perMinute ? { allowed: true } : { allowed: false, retryAfterSeconds: 60 };
    },
  };
}
