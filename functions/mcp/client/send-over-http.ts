import type { FunctionName } from "#shared/contract/operation.ts";
import type { SendToFunction } from "./function-client.ts";

/**
 * Reaches functions over HTTP, as everybody does. Redirects are not followed: the caller's credential is for this deployment alone.
 * @param addressOf where a function is, without a slash at the end
 */
export function createHttpSender(addressOf: (name: FunctionName) => string): SendToFunction {
  return async ({ name, path, baseUrl: _, ...init }) => {
    try {
      return await fetch(`${addressOf(name)}${path}`, { ...init, redirect: "manual" });
    } catch (thrown) {
      // fetch says "fetch failed", and why in its cause.
      throw thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
    }
  };
}
