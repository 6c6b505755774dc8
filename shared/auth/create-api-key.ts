import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const PREFIX = "codex_";
const RANDOM_BYTES = 32;
const CHECKSUM_BYTES = 4;

/**
 * A new API key: `codex_`, then 32 random bytes and the CRC-32 of everything before it (4 bytes, highest first), together 48 characters of
 * base64url (RFC 4648 §5). The checksum tells a mistyped or cut key from a wrong one without a look-up; it adds no secrecy.
 */
export function createApiKey(): string {
  const random = randomBytes(RANDOM_BYTES);
  return PREFIX + Buffer.concat([random, checksumOf(random)]).toString("base64url");
}

/** Whether a text is an API key of this bundle, complete and without a typo; says nothing about whether anybody ever made it. */
export function isWholeApiKey(text: string): boolean {
  if (!/^codex_[\w-]{48}$/.test(text)) return false;
  const bytes = Buffer.from(text.slice(PREFIX.length), "base64url");
  const random = bytes.subarray(0, RANDOM_BYTES);
  return checksumOf(random).equals(bytes.subarray(RANDOM_BYTES));
}

function checksumOf(random: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(random, crc32(PREFIX)));
  return checksum;
}
