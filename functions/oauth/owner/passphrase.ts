import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { createSlots } from "#shared/slots/create-slots.ts";

/** What a guess costs (RFC 7914 §2): memory of 128 bytes times `r` times 2 to the power of `log2N`, `p` times over. */
export interface PassphraseCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and about 0.2 s a guess: one of the settings that OWASP's Password Storage Cheat Sheet recommends for scrypt. */
const COST: PassphraseCost = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_WORK_BYTES = 256 * 1024 * 1024;

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 256;
const MIN_DIFFERENT_CHARACTERS = 6;

/** Guesses take memory and a thread each: only so many at a time, whoever asks. */
const slots = createSlots({
  places: 2,
  queue: 8,
  waitMs: 5_000,
  busyMessage: "Too many people are signing in at this moment. Try again in some seconds.",
  retryAfterSeconds: 5,
});

/** What is wrong with a new passphrase, as a sentence for its owner; null when it may be set. */
export function judgePassphrase(passphrase: string): string | null {
  const characters = [...passphrase.normalize("NFKC")];
  if (characters.length < MIN_CHARACTERS)
    return `Take at least ${MIN_CHARACTERS} characters: three or four words are good.`;
  if (characters.length > MAX_CHARACTERS) return `Take at most ${MAX_CHARACTERS} characters.`;
  if (new Set(characters).size < MIN_DIFFERENT_CHARACTERS)
    return "This one is too easy to guess: take different words.";
  return null;
}

/**
 * Hashes a passphrase for keeping: `$scrypt$ln=…,r=…,p=…$salt$hash`, salt and hash in base64url, the text in Unicode's form NFKC.
 * @param cost what a guess shall cost; a hash says its own
 * @throws AppError `overloaded` when too many hashes are waiting; the signal's reason when it aborts
 */
export async function hashPassphrase(
  passphrase: string,
  signal: AbortSignal,
  cost: PassphraseCost = COST,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(passphrase, salt, cost, signal);
  const { log2N, r, p } = cost;
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/**
 * Whether a passphrase is the one that was hashed.
 * @throws AppError `overloaded`; the signal's reason; Error when `kept` is damaged
 */
export async function verifyPassphrase(
  passphrase: string,
  kept: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [, log2N, r, p, salt, hash] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]{43})$/.exec(kept) ?? [];
  if (salt === undefined || hash === undefined) throw new Error("The owner's passphrase hash is damaged.");
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  const derived = await derive(passphrase, Buffer.from(salt, "base64url"), cost, signal);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}

async function derive(
  passphrase: string,
  salt: Uint8Array,
  { log2N, r, p }: PassphraseCost,
  signal: AbortSignal,
): Promise<Buffer> {
  const release = await slots.take(signal);
  try {
    // Hashed before: scrypt itself takes a text and the same with zero bytes at its end for one.
    const digest = createHash("sha256").update(passphrase.normalize("NFKC")).digest();
    return await scryptBytes(digest, salt, {
      N: 2 ** log2N,
      r,
      p,
      maxmem: MAX_WORK_BYTES,
    });
  } finally {
    release();
  }
}

function scryptBytes(digest: Uint8Array, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(digest, salt, HASH_BYTES, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  return promise;
}
