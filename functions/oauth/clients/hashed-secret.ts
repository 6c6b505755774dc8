import { createHash, timingSafeEqual } from "node:crypto";

const PREFIX = "sha256:";

/** What is kept of a client's secret. The secret itself has 256 random bits or is the owner's own: a plain hash is enough. */
export function hashSecret(secret: string): string {
  return PREFIX + digestOf(secret).toString("hex");
}

/** Whether `secret` is the one that `kept` was made of; in constant time. */
export function isSecret(kept: string | undefined, secret: string): boolean {
  if (kept === undefined || !kept.startsWith(PREFIX)) return false;
  const expected = Buffer.from(kept.slice(PREFIX.length), "hex");
  const actual = digestOf(secret);
  return expected.byteLength === actual.byteLength && timingSafeEqual(expected, actual);
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
