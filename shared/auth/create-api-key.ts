import { randomBytes } from "node:crypto";

const KEY_BYTES = 32;

/** A new API key: `codex_` and 32 random bytes in base64url (RFC 4648 §5). */
export function createApiKey(): string {
  return `codex_${randomBytes(KEY_BYTES).toString("base64url")}`;
}
