import { createHmac, timingSafeEqual } from "node:crypto";

/** Signs small values that go out in links and handles, and knows its own again. */
export interface Signer {
  /**
   * @param payload what the token says, at most 1024 bytes as JSON; readable by everyone who has the token
   * @param expiresAt from then on the token is worth nothing; counted in whole seconds, rounded up
   * @returns letters, digits, `-` and `_`
   * @throws RangeError when the payload is too large
   */
  sign(payload: object, expiresAt: Date): string;
  /** What the token says and until when; null for one that is not ours, was altered, has expired, or is for another purpose. */
  verify(token: string): VerifiedToken | null;
}

/** A token that is ours and still good. */
export interface VerifiedToken {
  /** As it was signed; whoever reads it checks its shape. */
  readonly payload: unknown;
  readonly expiresAt: Date;
}

/** What a signer is made of. */
export interface SignerOptions {
  /** The first signs, all verify: a new key goes in front, and the old one away once its tokens have expired. 32 bytes or more each. */
  readonly keys: readonly [string | Uint8Array, ...(string | Uint8Array)[]];
  /** Keeps tokens of one use from being good for another: each purpose has keys of its own. */
  readonly purpose: string;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
}

/** First byte of every token: another layout or algorithm gets another number. */
const VERSION = 1;
const MAC_BYTES = 32;
const EXPIRY_BYTES = 6;
const HEAD_BYTES = 1 + EXPIRY_BYTES;
const MIN_KEY_BYTES = 32;
const MAX_PAYLOAD_BYTES = 1024;
const MAX_TOKEN_CHARACTERS = Math.ceil(((HEAD_BYTES + MAX_PAYLOAD_BYTES + MAC_BYTES) * 4) / 3);

const TOKEN = /^[A-Za-z0-9_-]+$/;

/**
 * Builds a signer: version (1 byte), expiry in seconds since 1970 (6 bytes), payload (JSON) and HMAC-SHA256 (RFC 2104) of all before
 * it, in base64url without padding (RFC 4648 §5). The key of a purpose is derived by HMAC from the key that is given.
 * @throws RangeError when a key is shorter than 32 bytes
 */
export function createSigner({ keys, purpose, now = Date.now }: SignerOptions): Signer {
  const [first, ...others] = keys;
  const signingKey = deriveKey(first, purpose);
  const derived = [signingKey, ...others.map((key) => deriveKey(key, purpose))];
  return {
    sign(payload, expiresAt) {
      const content = Buffer.from(JSON.stringify(payload));
      if (content.byteLength > MAX_PAYLOAD_BYTES) {
        throw new RangeError(`A token's payload is at most ${MAX_PAYLOAD_BYTES} bytes.`);
      }
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt8(VERSION);
      head.writeUIntBE(Math.ceil(expiresAt.getTime() / 1000), 1, EXPIRY_BYTES);
      const signed = Buffer.concat([head, content]);
      return Buffer.concat([signed, macOf(signed, signingKey)]).toString("base64url");
    },
    verify(token) {
      const bytes = decode(token);
      if (bytes === null) return null;
      const signed = bytes.subarray(0, -MAC_BYTES);
      const mac = bytes.subarray(-MAC_BYTES);
      if (!derived.some((key) => timingSafeEqual(macOf(signed, key), mac))) return null;
      const expiresAt = new Date(signed.readUIntBE(1, EXPIRY_BYTES) * 1000);
      if (signed.readUInt8() !== VERSION || expiresAt.getTime() <= now()) return null;
      return { payload: JSON.parse(signed.subarray(HEAD_BYTES).toString("utf8")), expiresAt };
    },
  };
}

/** The bytes of a token; null when it cannot be one. Only one spelling of the same bytes is taken. */
function decode(token: string): Buffer | null {
  if (token.length > MAX_TOKEN_CHARACTERS || !TOKEN.test(token)) return null;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.byteLength < HEAD_BYTES + MAC_BYTES) return null;
  return bytes.toString("base64url") === token ? bytes : null;
}

function deriveKey(key: string | Uint8Array, purpose: string): Buffer {
  if (Buffer.byteLength(key) < MIN_KEY_BYTES) {
    throw new RangeError(`A signing key has at least ${MIN_KEY_BYTES} bytes.`);
  }
  return createHmac("sha256", key).update(`signing-key/v${VERSION}/${purpose}`).digest();
}

function macOf(bytes: Uint8Array, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(bytes).digest();
}
