/** How often something may happen. */
export interface RateRule {
  /** Keeps the counts of different rules apart. */
  readonly name: string;
  /** Calls a minute; 0 switches the limit off. */
  readonly perMinute: number;
  /** What happens when the store of counts is away: each instance counts for itself (the default), or the call is refused. */
  readonly whenAway?: "count" | "refuse";
}

/** Whether a call may go on. */
export type RateDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Port: counts calls. */
export interface RateLimiter {
  /**
   * Counts one call of `caller` under `rule`.
   * @throws AppError `storage_unavailable` when the store of counts is away and the rule says `refuse`
   */
  consume(rule: RateRule, caller: string): Promise<RateDecision>;
}
