import type { Scope } from "../contract/scopes.ts";

/** Who is calling, as far as the credential tells. */
export interface Principal {
  /**
   * Stable, and no other principal's: `key:<name>` for a key of the settings, `stored-key:<uuid>`, `google:<e-mail>`,
   * `oauth:<account>:<client id>`. What is kept for a caller and what is counted goes by it.
   */
  readonly id: string;
  /** What the owner knows it by; goes into logs, never the credential itself. */
  readonly name: string;
  /** The OAuth client that calls for the owner; null for everybody who calls directly. */
  readonly client: string | null;
  readonly scopes: readonly Scope[];
}
