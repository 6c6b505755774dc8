import { authenticate } from "../auth/authenticate.ts";
import { authorize } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import type { Operation, Rate } from "../contract/operation.ts";
import type { Scope } from "../contract/scopes.ts";
import { AppError } from "../errors/app-error.ts";
import type { Gate } from "./gate.ts";

/** A call whose caller is not known yet. */
interface Stranger {
  readonly request: Request;
  /** Public address without a trailing slash. */
  readonly baseUrl: string;
  /** Hears who it is, also when the call is then refused. */
  readonly onKnown: (principal: Principal) => void;
}

/** A call that asks to be let in. */
export interface Arrival extends Stranger {
  readonly operation: Operation;
  /** Calls a minute for each principal; 0 for no limit. */
  readonly ratePerMinute: Readonly<Record<Rate, number>>;
}

/**
 * Lets a call in: who is it, has it called too often, may it do that. An operation that everybody may call asks nothing.
 * @throws AppError `unauthenticated`, `conflicting_credentials`, `rate_limited`, `insufficient_scope`, or of status 503
 */
export async function admit(gate: Gate, arrival: Arrival): Promise<void> {
  const { baseUrl, operation, ratePerMinute } = arrival;
  const { scope, rate } = operation;
  if (scope === null) return;
  const principal = await identify(gate, { ...arrival, scopes: [scope] });
  if (rate !== null) await limitRate(gate, principal, { name: rate, perMinute: ratePerMinute[rate] });
  authorize(principal, scope, { baseUrl, takesAccessTokens: gate.takesAccessTokens });
}

/**
 * Finds out who calls, and no more.
 * @param stranger `scopes` are those that a client is told to sign in for
 * @throws AppError `unauthenticated`, `conflicting_credentials`, or of status 503
 */
export async function identify(
  gate: Gate,
  { request, baseUrl, scopes, onKnown }: Stranger & { readonly scopes: readonly Scope[] },
): Promise<Principal> {
  const challenge = { baseUrl, scopes, takesAccessTokens: gate.takesAccessTokens };
  const principal = await authenticate(request, gate.verifier, challenge);
  onKnown(principal);
  return principal;
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
