/** How often something may happen. */
export interface RateRule {
  /** Keeps the counts of different rules apart. */
  readonly name: string;
  /** Calls a minute; 0 switches the limit off. */
  readonly perMinute: number;
}

/** Whether a call may go on. */
export type RateDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Port: counts calls. */
export interface RateLimiter {
  /** Counts one call of `caller` under `rule`. */
  consume(rule: RateRule, caller: string): Promise<RateDecision>;
}
