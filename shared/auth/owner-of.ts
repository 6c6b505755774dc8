import { createHash } from "node:crypto";
import type { Principal } from "./principal.ts";

/**
 * What stands for a principal where its things are kept or signed: 32 hexadecimal digits that no other principal has.
 * @throws Error without a principal: what belongs to somebody needs somebody
 */
export function ownerOf(principal: Principal | null): string {
  if (principal === null) throw new Error("What is kept for a caller needs a principal.");
  return createHash("sha256").update(principal.name).digest("hex").slice(0, 32);
}
