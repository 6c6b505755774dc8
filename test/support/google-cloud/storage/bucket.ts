import { createHash } from "node:crypto";

/** An object as it lies in a bucket. */
export interface StoredObject {
  readonly content: Buffer;
  readonly generation: number;
  /** Custom metadata, in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** RFC 3339; empty when none was set. */
  readonly customTime: string;
  readonly contentType: string;
  readonly createdAtMs: number;
}

/** A bucket of the stand-in: strongly consistent, each write a new generation. */
export class Bucket {
  readonly name: string;
  readonly objects = new Map<string, StoredObject>();
  #generation = 1_700_000_000_000_000;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Puts an object if the precondition holds.
   * @param ifGenerationMatch 0 for "none is there"; null for no precondition
   * @returns null when it does not hold
   */
  put(
    key: string,
    object: Omit<StoredObject, "generation">,
    ifGenerationMatch: number | null,
  ): StoredObject | null {
    if (!this.holds(key, ifGenerationMatch)) return null;
    this.#generation += 1;
    const stored = { ...object, generation: this.#generation };
    this.objects.set(key, stored);
    return stored;
  }

  /** Whether the object that is there, or its absence, is of that generation. */
  holds(key: string, ifGenerationMatch: number | null): boolean {
    return ifGenerationMatch === null || (this.objects.get(key)?.generation ?? 0) === ifGenerationMatch;
  }
}

/** MD5 in base64, as Google's hashes are written. */
export function md5Of(content: Buffer): string {
  return createHash("md5").update(content).digest("base64");
}

/** Longer contents have no CRC32C here, for which the real one has no bound: counting it would take seconds. */
const LONGEST_COUNTED_BYTES = 8 * 1024 * 1024;

/** CRC32C in base64 of its four bytes, as Google's hashes are written (RFC 3720 §B.4); null for a long content. */
export function crc32cOf(content: Buffer): string | null {
  if (content.length > LONGEST_COUNTED_BYTES) return null;
  let crc = 0xffffffff;
  for (const byte of content) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return bytes.toString("base64");
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
