import type { Scope } from "#shared/contract/scopes.ts";
import { findTool } from "../tools/tools.ts";
import type { Message } from "./read-messages.ts";

/** What a message needs its caller to be allowed; null for what everybody with a credential may ask. */
export function requiredScope({ method, params }: Message): Scope | null {
  const { name, uri } = params;
  if (method === "tools/call" && typeof name === "string") return findTool(name)?.scope ?? null;
  // Links to files are permissions of their own.
  if (method === "resources/read" && typeof uri === "string" && uri.startsWith("warehouse:")) return "query";
  return null;
}
