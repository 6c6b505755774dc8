import { GoogleCloudError } from "./google-cloud-error.ts";
import { readBounded } from "./read-bounded.ts";
import { delayBefore, MAX_ATTEMPTS, mayRepeatAfterStatus, pause } from "./retry-policy.ts";

/** Where Google Cloud answers what an instance may know about itself. */
export const METADATA_HOST = "metadata.google.internal";

/** The metadata server hands out the same access token until about four minutes before its end. */
const REFRESH_BEFORE_MS = 225_000;

/** A token that ends sooner than this is not used: the call that carries it takes time too, and clocks differ. */
const TOO_OLD_MS = 30_000;

/** A failed early refresh is tried again after this. */
const REFRESH_PAUSE_MS = 5_000;

const ATTEMPT_MS = 3_000;
const ALL_ATTEMPTS_MS = 12_000;
const MOST_BYTES = 64 * 1024;
const MOST_AUDIENCES = 16;

/** The credentials of the account that this instance runs as. */
export interface Tokens {
  /**
   * An access token for Google's APIs, good for half a minute at least.
   * @throws GoogleCloudError when the metadata server cannot be reached or refuses; the signal's reason
   */
  access(signal: AbortSignal): Promise<string>;
  /**
   * An identity token (https://cloud.google.com/run/docs/authenticating/service-to-service) for one audience, good for half a
   * minute at least.
   * @throws as `access` does
   */
  identity(audience: string, signal: AbortSignal): Promise<string>;
  /** Forgets an access token that Google refused. */
  forget(token: string): void;
}

interface Held {
  readonly token: string;
  readonly endsAtMs: number;
}

/** What the token source needs. */
export interface MetadataTokensOptions {
  /** `host` or `host:port`, as GCE_METADATA_HOST says it. */
  readonly host?: string;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

/**
 * Takes tokens from the metadata server (https://cloud.google.com/compute/docs/metadata/overview), and keeps each until shortly before
 * its end. Callers who ask at once share one request, which goes on when one of them leaves; a token that is still good is handed
 * out while the next one is fetched, so that a slow metadata server delays nobody but the first.
 */
export function createMetadataTokens(options: MetadataTokensOptions = {}): Tokens {
  const { host = METADATA_HOST, now = Date.now } = options;
  const base = `http://${host}/computeMetadata/v1/instance/service-accounts/default`;
  const access = createHeldToken(now, async () => {
    const askedAtMs = now();
    return parseAccessToken(await ask(`${base}/token`), askedAtMs);
  });
  const identities = new Map<string, HeldToken>();
  return {
    access: (signal) => access.get(signal),
    identity(audience, signal) {
      let held = identities.get(audience);
      if (held === undefined) {
        const address = `${base}/identity?audience=${encodeURIComponent(audience)}&format=full`;
        held = createHeldToken(now, async () => parseIdentityToken(await ask(address)));
        if (identities.size >= MOST_AUDIENCES) identities.clear();
        identities.set(audience, held);
      }
      return held.get(signal);
    },
    forget: (token) => access.forget(token),
  };
}

interface HeldToken {
  get(signal: AbortSignal): Promise<string>;
  forget(token: string): void;
}

function createHeldToken(now: () => number, fetchToken: () => Promise<Held>): HeldToken {
  let held: Held | null = null;
  let flight: Promise<string> | null = null;
  let quietUntilMs = 0;
  const refresh = (): Promise<string> => {
    flight ??= fetchToken()
      .then((fresh) => {
        held = fresh;
        return fresh.token;
      })
      .finally(() => {
        flight = null;
        quietUntilMs = now() + REFRESH_PAUSE_MS;
      });
    return flight;
  };
  return {
    async get(signal) {
      signal.throwIfAborted();
      const leftMs = held === null ? 0 : held.endsAtMs - now();
      if (held === null || leftMs < TOO_OLD_MS) return unlessLeft(refresh(), signal);
      // The old one is good: that this one fails is known when it is not.
      if (leftMs < REFRESH_BEFORE_MS && now() >= quietUntilMs) refresh().catch(() => undefined);
      return held.token;
    },
    forget(token) {
      if (held?.token === token) held = null;
    },
  };
}

/** Leaves a promise that others may still wait for. */
function unlessLeft<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

async function ask(address: string): Promise<string> {
  const deadline = AbortSignal.timeout(ALL_ATTEMPTS_MS);
  for (let attempt = 1; ; attempt += 1) {
    const { text, error, isFinal } = await askOnce(address, deadline);
    if (error === null) return text;
    if (isFinal || attempt >= MAX_ATTEMPTS || deadline.aborted) throw error;
    await pause(delayBefore(attempt, null), deadline).catch(() => {
      throw error;
    });
  }
}

type Outcome =
  | { readonly text: string; readonly error: null; readonly isFinal: true }
  | { readonly text: null; readonly error: GoogleCloudError; readonly isFinal: boolean };

async function askOnce(address: string, deadline: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(address, {
      headers: { "metadata-flavor": "Google" },
      // Whoever redirects is no metadata server.
      redirect: "manual",
      signal: AbortSignal.any([deadline, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    const text = (await readBounded(response, MOST_BYTES)).toString("utf8");
    const isGoogle = response.headers.get("metadata-flavor") === "Google";
    if (response.status === 200 && isGoogle) return { text, error: null, isFinal: true };
    const what = isGoogle ? `answered ${response.status}` : "was answered for by something else";
    const isFinal = !mayRepeatAfterStatus(response.status, true);
    return { text: null, error: toError(what, response.status), isFinal };
  } catch (thrown) {
    return { text: null, error: toError("did not answer", null, thrown), isFinal: false };
  }
}

function toError(what: string, status: number | null, cause?: unknown): GoogleCloudError {
  return new GoogleCloudError(`The metadata server ${what}.`, {
    status,
    reason: null,
    isUncertain: false,
    cause,
  });
}

function parseAccessToken(text: string, askedAtMs: number): Held {
  const answer = parseObject(text);
  const token = answer["access_token"];
  const seconds = answer["expires_in"];
  if (typeof token !== "string" || typeof seconds !== "number")
    throw toError("answered without a token", 200);
  return { token, endsAtMs: askedAtMs + seconds * 1000 };
}

/** The end of a JSON Web Token is written in it (RFC 7519 §4.1.4); it comes from Google itself and is not checked here. */
function parseIdentityToken(text: string): Held {
  const token = text.trim();
  const { exp } = parseObject(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
  if (typeof exp !== "number") throw toError("answered without a token", 200);
  return { token, endsAtMs: exp * 1000 };
}

/** @returns an empty object for anything that is no JSON object */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
