import { errors, jwtVerify } from "jose";
import type { GoogleSettings } from "../config/google-settings.ts";
import { ALL_SCOPES } from "../contract/scopes.ts";
import type { CredentialLookup, Verified } from "./credential-verifier.ts";
import { createGoogleKeys } from "./google-keys.ts";

const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];
const CLOCK_SKEW_SECONDS = 60;

/**
 * Verifies Google's identity tokens (https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken):
 * signature by one of Google's keys with RS256 and nothing else (RFC 8725 §3.1), issuer, audience, expiry with a minute's skew, and a
 * verified e-mail address that is allowed. The sandbox's own account is refused even if it is: programs can get its tokens.
 */
export function createGoogleTokenLookup(settings: GoogleSettings): CredentialLookup {
  const keys = createGoogleKeys(settings.keysUrl);
  const sandboxes = new Set(settings.sandboxAccounts);
  const allowed = new Set(settings.principals.filter((principal) => !sandboxes.has(principal)));
  return {
    recognizes: (credential) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential),
    async lookUp(credential) {
      try {
        const { payload } = await jwtVerify(credential, keys, {
          algorithms: ["RS256"],
          issuer: ISSUERS,
          audience: [...settings.audiences],
          clockTolerance: CLOCK_SKEW_SECONDS,
          requiredClaims: ["exp", "iat", "sub"],
        });
        if (typeof payload.aud !== "string" || payload["email_verified"] !== true) return null;
        const email = typeof payload["email"] === "string" ? payload["email"].toLowerCase() : "";
        if (!allowed.has(email)) return null;
        return toVerified(email, payload.exp ?? 0);
      } catch (thrown) {
        if (thrown instanceof errors.JOSEError) return null;
        throw thrown;
      }
    },
  };
}

function toVerified(email: string, expiresAtSeconds: number): Verified {
  return {
    principal: { id: `google:${email}`, name: email, client: null, scopes: ALL_SCOPES },
    expiresAt: new Date((expiresAtSeconds + CLOCK_SKEW_SECONDS) * 1000),
  };
}
