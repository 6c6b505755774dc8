import type { Scope } from "../contract/operation.ts";

/** Who is calling, as far as the credential tells. */
export interface Principal {
  /** The key's name: goes into logs and rate limits, never the key itself. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}
