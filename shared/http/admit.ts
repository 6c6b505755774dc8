import { authenticate } from "../auth/authenticate.ts";
import { authorize } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import type { Operation, Rate } from "../contract/operation.ts";
import { AppError } from "../errors/app-error.ts";
import type { Gate } from "./gate.ts";

/** A call that asks to be let in. */
export interface Arrival {
  readonly request: Request;
  /** Public address without a trailing slash. */
  readonly baseUrl: string;
  readonly operation: Operation;
  /** Calls a minute for each principal; 0 for no limit. */
  readonly ratePerMinute: Readonly<Record<Rate, number>>;
  /** Hears who it is, also when the call is then refused. */
  readonly onKnown: (principal: Principal) => void;
}

/**
 * Lets a call in: who is it, has it called too often, may it do that. An operation that everybody may call asks nothing.
 * @throws AppError `unauthenticated`, `conflicting_credentials`, `rate_limited`, `insufficient_scope`, or of status 503
 */
export async function admit(gate: Gate, arrival: Arrival): Promise<void> {
  const { request, baseUrl, operation, ratePerMinute, onKnown } = arrival;
  const { scope, rate } = operation;
  if (scope === null) return;
  const challenge = { baseUrl, scope, takesAccessTokens: gate.takesAccessTokens };
  const principal = await authenticate(request, gate.verifier, challenge);
  onKnown(principal);
  if (rate !== null) await limitRate(gate, principal, { name: rate, perMinute: ratePerMinute[rate] });
  authorize(principal, challenge);
}

async function limitRate(
  gate: Gate,
  principal: Principal,
  rule: { readonly name: Rate; readonly perMinute: number },
): Promise<void> {
  const decision = await gate.rateLimiter.consume(rule, principal.id);
  if (decision.allowed) return;
  const { retryAfterSeconds } = decision;
  throw new AppError(
    "rate_limited",
    `You may call this ${rule.perMinute} times a minute. Wait ${retryAfterSeconds} s and try again.`,
    { retryAfterSeconds },
  );
}
