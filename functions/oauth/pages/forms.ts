import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AppError } from "#shared/errors/app-error.ts";

const MAX_BYTES = 16 * 1024;
const MAX_FIELDS = 32;

/** Name of the field that shows that a form came from our own page. */
export const CSRF_FIELD = "csrf";

/**
 * Reads the fields of a form (`application/x-www-form-urlencoded`, at most 16 KiB and 32 fields).
 * @throws AppError `unsupported_media_type`, `body_too_large`; the signal's reason when it aborts
 */
export async function readForm(request: Request, signal: AbortSignal): Promise<URLSearchParams> {
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new AppError(
      "unsupported_media_type",
      "This page takes its own form only. Go back and send it again.",
    );
  }
  const text = request.body === null ? "" : await readText(request.body, signal);
  const fields = new URLSearchParams(text);
  if (fields.size > MAX_FIELDS) throw tooLarge();
  return fields;
}

const tooLarge = (): AppError =>
  new AppError("body_too_large", "The form is larger than this page's own. Go back and send it again.");

async function readText(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const reader = body.getReader();
  const leave = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", leave, { once: true });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(chunks).toString("utf8");
      bytes += value.byteLength;
      if (bytes > MAX_BYTES) throw tooLarge();
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener("abort", leave);
    reader.releaseLock();
  }
}

/**
 * Whether a form was sent by a page of this origin, as far as the browser says: all of today's send `Origin` and `Sec-Fetch-Site` with a
 * form (https://www.w3.org/TR/fetch-metadata/). What says nothing still needs the form's token.
 */
export function comesFromHere(headers: Headers, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  const from = headers.get("origin");
  return (site === null || site === "same-origin") && (from === null || from === origin);
}

/** Tokens for forms of readers who are not signed in: bound to a cookie that only this browser has. */
export interface FormTokens {
  /** A new value for the cookie. */
  createCookie(): string;
  /** The form's token for that cookie. */
  tokenOf(cookie: string): string;
  verify(cookie: string | undefined, token: string | null): boolean;
}

/** Builds the tokens: HMAC-SHA256 of the cookie under a key of their own. @param signingKey at least 32 bytes */
export function createFormTokens(signingKey: string): FormTokens {
  const key = createHmac("sha256", signingKey).update("owner-form/v1").digest();
  const tokenOf = (cookie: string) => createHmac("sha256", key).update(cookie).digest("base64url");
  return {
    createCookie: () => randomBytes(16).toString("base64url"),
    tokenOf,
    verify: (cookie, token) => cookie !== undefined && isSameText(tokenOf(cookie), token ?? ""),
  };
}

/** Compares two secrets; the time tells their lengths and nothing else. */
export function isSameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.byteLength === second.byteLength && timingSafeEqual(first, second);
}
