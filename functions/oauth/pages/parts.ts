import type { AuditEntry } from "#shared/audit/audit-store.ts";
import type { ApiKeyStore } from "#shared/auth/api-key-store.ts";
import type { Interactions } from "../interaction.ts";
import type { ConnectedClients } from "../owner/connected-clients.ts";
import type { GoogleSignIn } from "../owner/google-sign-in.ts";
import type { OwnerAccount } from "../owner/owner-account.ts";
import type { OwnerSessions } from "../owner/owner-sessions.ts";
import type { SetUpCodes } from "../owner/set-up-code.ts";
import type { SignInThrottle } from "../owner/sign-in-throttle.ts";
import type { FormTokens } from "./forms.ts";
import type { Visit } from "./visit.ts";

/** What the owner, or somebody at the owner's door, did on the pages: for the audit trail. */
export type OwnerDeed =
  | "owner_sign_in"
  | "owner_sign_out"
  | "set_passphrase"
  | "create_key"
  | "rename_key"
  | "revoke_key"
  | "revoke_all_keys"
  | "disconnect_client"
  | "approve_client"
  | "deny_client"
  | "revoke_everything";

/** What the pages work with. */
export interface Parts {
  readonly account: OwnerAccount;
  readonly sessions: OwnerSessions;
  readonly setUpCodes: SetUpCodes;
  readonly throttle: SignInThrottle;
  readonly clients: ConnectedClients;
  readonly keys: ApiKeyStore;
  /** Null when no Google client is configured. */
  readonly google: GoogleSignIn | null;
  readonly interactions: Interactions;
  readonly formTokens: FormTokens;
  activity(before: number | null, limit: number): Promise<readonly AuditEntry[]>;
  /** Keeps in the audit trail what was done; `by` is null for somebody who is not signed in. */
  record(visit: Visit, deed: OwnerDeed, outcome: string, by: string | null): Promise<void>;
  now(): Date;
}
