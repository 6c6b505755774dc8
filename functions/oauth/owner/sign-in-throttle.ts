import { randomBytes } from "node:crypto";
import type { RateDecision, RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";
import { createSigner } from "#shared/signing/create-signer.ts";

/** Bounds how often anybody may guess. */
export interface SignInThrottle {
  /**
   * Counts one attempt. Who guesses passphrases does not keep the owner from signing in with Google.
   * @param device the value of the browser's device cookie, if it has one
   */
  admit(way: "passphrase" | "google", device: string | undefined): Promise<RateDecision>;
  /** A value for the device cookie of a browser in which the owner has signed in. */
  createDevice(): string;
}

/** All strangers together; a passphrase of three words stands this for centuries. */
const STRANGERS = {
  passphrase: { name: "sign-in", perMinute: 10, whenAway: "refuse" },
  google: { name: "sign-in-google", perMinute: 30, whenAway: "refuse" },
} as const;
/** One browser in which the owner signed in before. */
const DEVICE = { name: "sign-in-device", perMinute: 10, whenAway: "refuse" } as const;

/** How long a browser is remembered. */
export const DEVICE_LIFETIME_MS = 180 * 24 * 3_600_000;

/**
 * Builds the throttle. There is one owner, so a limit by address would let whoever has many addresses guess on, and one limit for all
 * would let a stranger lock the owner out: browsers that the owner used before are counted apart, by a signed cookie
 * (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 */
export function createSignInThrottle(limiter: RateLimiter, signingKey: string): SignInThrottle {
  const signer = createSigner({ keys: [signingKey], purpose: "owner-device" });
  return {
    async admit(way, device) {
      const payload = device === undefined ? undefined : signer.verify(device)?.payload;
      const id = typeof payload === "object" && payload !== null && "id" in payload ? payload.id : undefined;
      return typeof id === "string"
        ? limiter.consume(DEVICE, id)
        : limiter.consume(STRANGERS[way], "everybody");
    },
    createDevice() {
      const id = randomBytes(16).toString("base64url");
      return signer.sign({ id }, new Date(Date.now() + DEVICE_LIFETIME_MS));
    },
  };
}
