import { createHash } from "node:crypto";
import type { Principal } from "#shared/auth/principal.ts";

/** The part of object keys that belongs to one principal: no other can name it. */
export function ownerOf(principal: Principal | null): string {
  if (principal === null) throw new Error("An execution needs a principal.");
  return createHash("sha256").update(principal.name).digest("hex").slice(0, 32);
}
