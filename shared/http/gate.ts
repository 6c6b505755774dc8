import type { AuditTrail } from "../audit/audit-trail.ts";
import { createApiKeys } from "../auth/api-keys.ts";
import { createCredentialVerifier } from "../auth/create-credential-verifier.ts";
import type { CredentialLookup, CredentialVerifier } from "../auth/credential-verifier.ts";
import { createGoogleTokenLookup } from "../auth/google-tokens.ts";
import { createOauthTokenLookup } from "../auth/oauth-tokens.ts";
import { createStoredKeyLookup } from "../auth/stored-keys.ts";
import type { EdgeSettings } from "../config/edge-settings.ts";
import type { Database } from "../database/database.ts";
import type { RateLimiter } from "../rate-limiter/rate-limiter.ts";
import { createMemoryRateLimiter } from "../rate-limiter/rate-limiter-memory.ts";

/** What stands between the edge and the handlers of all functions in one process: who calls, how often, and what is written down. */
export interface Gate {
  readonly verifier: CredentialVerifier;
  /** True where the authorization server's access tokens are taken. */
  readonly takesAccessTokens: boolean;
  readonly rateLimiter: RateLimiter;
  /** Null where no audit trail is kept. */
  readonly auditTrail: AuditTrail | null;
}

/** What a gate is built over; all of it may be missing. */
export interface GateServices {
  /** Holds keys that the owner made and the authorization server's access tokens; null takes neither. */
  readonly database?: Database | null;
  /** Counts in this process alone when left out. */
  readonly rateLimiter?: RateLimiter;
  readonly auditTrail?: AuditTrail | null;
}

/** Builds the gate. Keys of the settings and Google's identity tokens need no database. */
export function createGate(settings: EdgeSettings, services: GateServices = {}): Gate {
  const { database = null, rateLimiter = createMemoryRateLimiter(), auditTrail = null } = services;
  const lookups: CredentialLookup[] = [];
  if (settings.google) lookups.push(createGoogleTokenLookup(settings.google));
  if (database !== null) lookups.push(createStoredKeyLookup(database), createOauthTokenLookup(database));
  return {
    verifier: createCredentialVerifier(createApiKeys(settings.apiKeys), lookups),
    takesAccessTokens: database !== null,
    rateLimiter,
    auditTrail,
  };
}
