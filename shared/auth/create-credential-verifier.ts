import type { ApiKeys } from "./api-keys.ts";
import { createCachedLookup } from "./create-cached-lookup.ts";
import type { CredentialLookup, CredentialVerifier } from "./credential-verifier.ts";

/**
 * Verifies every kind of credential: keys of the settings at once and without a look-up, so that they work when all else is down; then
 * by the first look-up that recognizes the credential's shape.
 * @param lookups one for each kind of credential that this deployment takes
 */
export function createCredentialVerifier(
  apiKeys: ApiKeys,
  lookups: readonly CredentialLookup[],
): CredentialVerifier {
  const cached = lookups.map((lookup) => createCachedLookup(lookup));
  return {
    async verify(credential, options) {
      const configured = apiKeys.verify(credential);
      if (configured !== null) return configured;
      const lookup = cached.find((candidate) => candidate.recognizes(credential));
      if (lookup === undefined) return null;
      return (await lookup.lookUp(credential, options))?.principal ?? null;
    },
  };
}
