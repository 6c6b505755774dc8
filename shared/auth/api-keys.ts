import { createHash, timingSafeEqual } from "node:crypto";
import { ALL_SCOPES } from "../contract/scopes.ts";
import type { Principal } from "./principal.ts";

/** A key as it is configured. */
export interface NamedKey {
  readonly name: string;
  readonly key: string;
}

/** Finds the principal of an API key. */
export interface ApiKeys {
  /** The key's principal, or null. Takes the same time for every wrong key. */
  verify(key: string): Principal | null;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Holds only SHA-256 digests of the keys: comparing digests of equal length with `timingSafeEqual`, and always all of them, leaks
 * neither a key's length nor a common prefix. Each of these keys may do everything.
 */
export function createApiKeys(keys: readonly NamedKey[]): ApiKeys {
  const known = keys.map(({ name, key }) => ({
    digest: digest(key),
    principal: { id: `key:${name}`, name, client: null, scopes: ALL_SCOPES } satisfies Principal,
  }));
  return {
    verify(key) {
      const candidate = digest(key);
      let found: Principal | null = null;
      for (const entry of known) {
        if (timingSafeEqual(entry.digest, candidate)) found = entry.principal;
      }
      return found;
    },
  };
}
