import type { Scope } from "../contract/scopes.ts";
import { AppError } from "../errors/app-error.ts";
import type { Principal } from "./principal.ts";

/**
 * Checks that the principal may do what the operation needs.
 * @throws AppError `insufficient_scope` that names the missing scope
 */
export function authorize(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new AppError(
    "insufficient_scope",
    `This key may not do that: it lacks the scope "${scope}". Use a key that has it.`,
  );
}
