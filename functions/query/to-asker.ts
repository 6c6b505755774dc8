import { ownerOf } from "#shared/auth/owner-of.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { Asker } from "./warehouse/warehouse.ts";

/** Says to the warehouse who asks. @param tool the operation's name @throws Error without a principal */
export function toAsker({ principal, requestId }: RequestContext, tool: string): Asker {
  const mayWrite = principal?.scopes.includes("query:write") ?? false;
  return { owner: ownerOf(principal), requestId, tool, mayWrite };
}
