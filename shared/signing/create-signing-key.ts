import { randomBytes } from "node:crypto";

/** Makes a key for `createSigner`: 32 random bytes in base64url. */
export function createSigningKey(): string {
  return randomBytes(32).toString("base64url");
}
