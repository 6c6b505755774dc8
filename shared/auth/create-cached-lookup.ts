import { createHash } from "node:crypto";
import { AppError } from "../errors/app-error.ts";
import { createSlots } from "../slots/create-slots.ts";
import type { CredentialLookup, Verified } from "./credential-verifier.ts";

/** A credential that was revoked elsewhere is refused here after this time at the latest, and a look-up's own time. */
const KEEP_MS = 8_000;
const MOST_KEPT = 1_000;

/** What a look-up may take; then nobody can tell whose credential it is. */
const LOOKUP_MS = 4_000;

/** Numbers that a test makes smaller. */
export interface CacheOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  readonly mostKept?: number;
  readonly lookupMs?: number;
}

interface Kept {
  readonly verified: Verified;
  readonly until: number;
}

/**
 * Remembers for some seconds whose credential it was; never that a credential was refused, so that a new one works at once. Counted from
 * the beginning of the look-up: what it saw may be that old. Holds SHA-256 digests, no credentials. Several callers with the same
 * credential share one look-up, and one caller who leaves does not end it for the others; how many run at the same time is bounded,
 * so that a flood of made-up credentials does not take the database from everybody.
 */
export function createCachedLookup(
  lookup: CredentialLookup,
  { now = () => performance.now(), mostKept = MOST_KEPT, lookupMs = LOOKUP_MS }: CacheOptions = {},
): CredentialLookup {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Verified | null>>();
  const slots = createSlots({
    places: 8,
    queue: 256,
    waitMs: 2_000,
    busyMessage: "Too many credentials are being checked: try again in a moment.",
    retryAfterSeconds: 2,
  });

  function keep(name: string, verified: Verified, startedAt: number): void {
    const { expiresAt } = verified;
    const lifetimeMs = expiresAt === null ? KEEP_MS : Math.min(KEEP_MS, expiresAt.getTime() - Date.now());
    kept.delete(name);
    kept.set(name, { verified, until: startedAt + lifetimeMs });
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
  }

  async function ask(name: string, credential: string, resource: string): Promise<Verified | null> {
    const deadline = new AbortController();
    const { signal } = deadline;
    const giveBack = await slots.take(signal);
    const timer = setTimeout(() => deadline.abort(tookTooLong()), lookupMs);
    const startedAt = now();
    // Its place is free when it ends, not when nobody waits for it any more.
    const ended = lookup.lookUp(credential, { resource, signal }).finally(giveBack);
    try {
      const verified = await unlessAborted(ended, signal);
      if (verified === null) kept.delete(name);
      else keep(name, verified, startedAt);
      return verified;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    recognizes: lookup.recognizes,
    async lookUp(credential, { resource, signal }) {
      const name = createHash("sha256").update(`${resource} ${credential}`).digest("base64");
      const known = kept.get(name);
      if (known !== undefined && now() < known.until) return known.verified;
      const started = underWay.get(name) ?? ask(name, credential, resource);
      if (!underWay.has(name)) {
        underWay.set(name, started);
        const forget = () => underWay.delete(name);
        started.then(forget, forget);
      }
      return unlessAborted(started, signal);
    },
  };
}

function tookTooLong(): AppError {
  return new AppError(
    "storage_unavailable",
    "The credential could not be looked up in time. Try again in a few seconds.",
    { retryAfterSeconds: 2 },
  );
}

/** The promise's outcome, or the signal's reason when that comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
