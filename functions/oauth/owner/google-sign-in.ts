import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { createSigner } from "#shared/signing/create-signer.ts";

/** Port: signing in with an account of Google's. */
export interface GoogleSignIn {
  /**
   * @param redirectUri address of our callback, as it is registered with Google
   * @param next what to carry on with afterwards; at most 64 characters
   * @returns where to send the browser, and the cookie that it has to bring back within ten minutes
   * @throws Error when Google cannot be reached
   */
  start(redirectUri: string, next: string): Promise<{ readonly url: string; readonly cookie: string }>;
  /**
   * @param callback the whole address that the browser came back to
   * @returns who it is and whether the owner listed that account; null when this browser did not start it, or Google does not vouch
   */
  finish(callback: URL, cookie: string | undefined): Promise<GoogleVisitor | null>;
}

/** Who came back from Google. */
export interface GoogleVisitor {
  readonly account: string;
  readonly isAllowed: boolean;
  readonly next: string;
}

/** A Google OAuth client, and who may sign in through it. */
export interface GoogleSignInOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** E-mail addresses in lower case. */
  readonly allowedAccounts: readonly string[];
  readonly signingKey: string;
  /** Google's by default; http only on a loopback address. */
  readonly issuer?: string;
}

const GOOGLE = "https://accounts.google.com";
const TIMEOUT_SECONDS = 8;
const CLOCK_TOLERANCE_SECONDS = 60;
const ATTEMPT_MS = 10 * 60_000;

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly next: string;
}

/**
 * Builds the sign-in with Google: OpenID Connect's code flow with PKCE, state and nonce, all bound to the browser by a signed cookie; the
 * identity token's signature, issuer, audience and times are checked (https://developers.google.com/identity/openid-connect/openid-connect).
 */
export function createGoogleSignIn(options: GoogleSignInOptions): GoogleSignIn {
  const signer = createSigner({ keys: [options.signingKey], purpose: "google-sign-in" });
  let known: Promise<Configuration> | undefined;

  function configuration(): Promise<Configuration> {
    known ??= discover(options);
    // Who comes after a failure tries anew.
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  return {
    async start(redirectUri, next) {
      const attempt = {
        state: randomState(),
        nonce: randomNonce(),
        verifier: randomPKCECodeVerifier(),
        next,
      };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: "openid email",
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: "S256",
        prompt: "select_account",
      });
      return { url: url.href, cookie: signer.sign(attempt, new Date(Date.now() + ATTEMPT_MS)) };
    },

    async finish(callback, cookie) {
      const attempt = toAttempt(cookie === undefined ? undefined : signer.verify(cookie)?.payload);
      if (attempt === null) return null;
      const claims = await redeem(await configuration(), callback, attempt);
      if (claims?.["email_verified"] !== true || typeof claims["email"] !== "string") return null;
      const account = claims["email"].toLowerCase();
      return { account, isAllowed: options.allowedAccounts.includes(account), next: attempt.next };
    },
  };
}

async function discover({ clientId, clientSecret, issuer = GOOGLE }: GoogleSignInOptions) {
  const insecure = /^http:\/\/127\.0\.0\.1:\d+$/.test(issuer);
  return discovery(
    new URL(issuer),
    clientId,
    { client_secret: clientSecret, [clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    undefined,
    {
      timeout: TIMEOUT_SECONDS,
      execute: [enableNonRepudiationChecks, ...(insecure ? [allowInsecureRequests] : [])],
    },
  );
}

/** The claims of the identity token; null when anything about the answer is wrong: it does not matter to the visitor what. */
async function redeem(configuration: Configuration, callback: URL, attempt: Attempt) {
  try {
    const tokens = await authorizationCodeGrant(configuration, callback, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
      idTokenExpected: true,
    });
    return tokens.claims() ?? null;
  } catch {
    return null;
  }
}

function toAttempt(payload: unknown): Attempt | null {
  const { state, nonce, verifier, next } = (payload ?? {}) as Partial<Record<keyof Attempt, unknown>>;
  if (typeof state !== "string" || typeof nonce !== "string") return null;
  if (typeof verifier !== "string" || typeof next !== "string") return null;
  return { state, nonce, verifier, next };
}
