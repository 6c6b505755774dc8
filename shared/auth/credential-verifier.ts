import type { Principal } from "./principal.ts";

/** What a credential is verified for. */
export interface VerifyOptions {
  /** The one resource that an access token must have been made for, as `resourceOf` says it (RFC 8707). */
  readonly resource: string;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
}

/** Port: finds out whose credential it is. */
export interface CredentialVerifier {
  /**
   * The principal of a credential, or null when it is good for nothing here.
   * @throws AppError with a status of 503 when nobody can tell at the moment: never taken for a wrong credential
   */
  verify(credential: string, options: VerifyOptions): Promise<Principal | null>;
}

/** A principal, and until when the credential speaks for it. */
export interface Verified {
  readonly principal: Principal;
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
}

/** Port: one way to look a credential up, which costs time and may be out of order. */
export interface CredentialLookup {
  /** Whether a credential has the shape of this kind; costs nothing. */
  recognizes(credential: string): boolean;
  /**
   * @returns null when the credential is unknown, expired, revoked or made for something else
   * @throws AppError with a status of 503 when it cannot be looked up
   */
  lookUp(credential: string, options: VerifyOptions): Promise<Verified | null>;
}
