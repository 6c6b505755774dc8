import { createHash } from "node:crypto";
import type { Principal } from "./principal.ts";

const CONFIGURED_KEY = "key:";

/**
 * What stands for a principal where its things are kept or signed: 32 hexadecimal digits that no other principal has.
 * A key of the settings stands there under its bare name, which holds no colon: what was kept under it before there were ids stays its own.
 * @throws Error without a principal: what belongs to somebody needs somebody
 */
export function ownerOf(principal: Principal | null): string {
  if (principal === null) throw new Error("What is kept for a caller needs a principal.");
  const { id } = principal;
  const known = id.startsWith(CONFIGURED_KEY) ? id.slice(CONFIGURED_KEY.length) : id;
  return createHash("sha256").update(known).digest("hex").slice(0, 32);
}
