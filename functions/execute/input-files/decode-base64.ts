/** Everything outside the alphabets of RFC 4648 §4 and §5. */
const OUTSIDE_STANDARD = /[^A-Za-z0-9+/]/;
const OUTSIDE_URL_SAFE = /[^A-Za-z0-9_-]/;

/** How many bits of the last character are left over, by the characters of the last group of four. */
const LEFT_OVER_BITS: Readonly<Record<number, number>> = { 2: 4, 3: 2 };

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes that a base64 text decodes to, when it is one: known before anything is decoded. */
export function base64Bytes(text: string): number {
  return Math.floor((withoutPadding(text).length * 3) / 4);
}

/**
 * Decodes base64 by RFC 4648, whole or not at all (Buffer.from leaves out what it does not know). The alphabets of §4 and §5 are
 * both taken, not mixed. Padding may be left out; where it stands it is right. No line breaks (§3.3), no left-over bits (§3.5).
 * @returns null when the text is not base64
 */
export function decodeBase64(text: string): Buffer | null {
  const body = withoutPadding(text);
  const padded = text.length > body.length;
  const last = body.length % 4;
  if (last === 1 || (padded && text.length % 4 !== 0)) return null;
  if (OUTSIDE_STANDARD.test(body) && OUTSIDE_URL_SAFE.test(body)) return null;
  const lastValue = ALPHABET.indexOf((body.at(-1) ?? "A").replace("-", "+").replace("_", "/"));
  if (lastValue % 2 ** (LEFT_OVER_BITS[last] ?? 0) !== 0) return null;
  return Buffer.from(body, "base64");
}

/** Takes off one or two signs of padding. */
function withoutPadding(text: string): string {
  if (text.endsWith("==")) return text.slice(0, -2);
  return text.endsWith("=") ? text.slice(0, -1) : text;
}
