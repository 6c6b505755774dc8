import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { AppError } from "../errors/app-error.ts";

const FETCH_MS = 3_000;
const COOLDOWN_MS = 30_000;
const MOST_BYTES = 64 * 1024;

/** Google lets its keys be kept for some hours (`Cache-Control` of its answer): so long do the last ones serve while it is away. */
const STALE_MS = 6 * 60 * 60 * 1000;

/**
 * Google's public keys, fetched when first needed, again every ten minutes, and when a token names a key that is not among them, which
 * is how rotated ones are found; that at most every half minute, as anybody can name a key.
 * @param url a JSON Web Key Set (RFC 7517 §5)
 * @param cooldownMs after a fetch, before a made-up name of a key may cause the next one
 * @returns picks the key of a token; it throws AppError `google_unavailable` when the keys cannot be had
 */
export function createGoogleKeys(url: URL, cooldownMs = COOLDOWN_MS): JWTVerifyGetKey {
  let last: { readonly text: string; readonly fetchedAt: number } | null = null;
  let isAway = false;
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_MS,
    cooldownDuration: cooldownMs,
    [customFetch]: async (address, options) => {
      try {
        last = { text: await fetchText(address, options), fetchedAt: performance.now() };
        isAway = false;
      } catch (thrown) {
        isAway = true;
        if (last === null || performance.now() - last.fetchedAt > STALE_MS) throw thrown;
      }
      return new Response(last.text);
    },
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (thrown) {
      // A key that is not among stale ones may be a new one.
      if (thrown instanceof errors.JWKSNoMatchingKey && !isAway) throw thrown;
      if (thrown instanceof errors.JWKSMultipleMatchingKeys) throw thrown;
      throw new AppError(
        "google_unavailable",
        "Google's keys cannot be fetched to check the identity token. Try again in some seconds, or send an API key.",
        { retryAfterSeconds: 5, cause: thrown },
      );
    }
  };
}

async function fetchText(address: string, options: RequestInit): Promise<string> {
  const response = await fetch(address, options);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error("Google's keys are longer than keys can be.");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (response.status !== 200) throw new Error(`Google's keys were answered with status ${response.status}.`);
  if (!Array.isArray(JSON.parse(text)?.keys)) throw new Error("Google's keys are no JSON Web Key Set.");
  return text;
}
