import type { Scope } from "../contract/scopes.ts";
import { AppError } from "../errors/app-error.ts";
import { type ChallengeOptions, createChallenge } from "./challenge.ts";
import type { Principal } from "./principal.ts";

/**
 * Checks that the principal may do what the operation needs.
 * @throws AppError `insufficient_scope` that names the missing scope, with a challenge (RFC 6750 §3.1)
 */
export function authorize(principal: Principal, scope: Scope, where: Omit<ChallengeOptions, "scopes">): void {
  if (principal.scopes.includes(scope)) return;
  const challenge = { ...where, scopes: [scope] };
  throw new AppError(
    "insufficient_scope",
    `This credential may not do that: it lacks the scope "${scope}". Use one that has it, or sign in again and allow it.`,
    { headers: { "www-authenticate": createChallenge(challenge, "insufficient_scope") } },
  );
}
