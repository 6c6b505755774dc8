import type { Route } from "#shared/http/route.ts";

/** Forms and registrations are short. */
export const BODY_LIMIT_BYTES = 32 * 1024;

/** Where a path of this function lies; it is no operation of the contract. */
export function place(
  method: "GET" | "POST",
  path: string,
  aliases: readonly string[] = [],
): Omit<Route, "answer"> {
  return { method, path, aliases, operation: null };
}
