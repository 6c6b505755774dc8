import type { Generated, GeneratedAlways, JSONColumnType } from "kysely";

/** A JSON object as it is kept: written as the text of `JSON.stringify`, read as the object. */
type JsonObject = JSONColumnType<Readonly<Record<string, unknown>>>;

/** One thing that the authorization server keeps: a code, a token, a grant, a session, a client that registered itself. */
export interface OauthRecords {
  /** oidc-provider's name of the model, such as `AccessToken`. */
  kind: string;
  /** SHA-256 of the thing's own name in hexadecimal: the name of a token is the token, and is never kept. */
  idHash: string;
  /** Everything else that is known about it, without a name that would let somebody in. */
  payload: JsonObject;
  grantId: string | null;
  uidHash: string | null;
  userCodeHash: string | null;
  /** When it was redeemed: set once, by `where consumedAt is null`. */
  consumedAt: Date | null;
  createdAt: Generated<Date>;
  /** Null: kept until it is removed. */
  expiresAt: Date | null;
}

/** A client that the owner approved. */
export interface OauthClientUses {
  clientId: string;
  name: string;
  host: string;
  kind: "chatgpt" | "cimd" | "dcr";
  /** The one address that codes of this client may go to, where the first approval pins it. */
  pinnedRedirectUri: string | null;
  approvedAt: Generated<Date>;
  approvedScopes: string[];
  lastUsedAt: Date | null;
}

/** An API key that the owner made. */
export interface ApiKeys {
  id: string;
  name: string;
  /** SHA-256 of the key in hexadecimal; the key itself is shown once and never kept. */
  keyHash: string;
  scopes: string[];
  createdAt: Generated<Date>;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** The one owner of this deployment: no row until there is a passphrase, never more than one. */
export interface Owner {
  /** Always 1. */
  id: Generated<number>;
  passphraseHash: string | null;
  /** Counted up to end all sessions at once. */
  sessionEpoch: Generated<number>;
  createdAt: Generated<Date>;
  changedAt: Generated<Date>;
}

/** A browser in which the owner is signed in. */
export interface OwnerSessions {
  /** SHA-256 of the cookie's value in hexadecimal. */
  idHash: string;
  method: "passphrase" | "google";
  /** The Google account; null for the passphrase. */
  account: string | null;
  csrf: string;
  /** The owner's `sessionEpoch` when it began: another one ends it. */
  epoch: number;
  createdAt: Generated<Date>;
  lastSeenAt: Generated<Date>;
  expiresAt: Date;
}

/** Calls that were counted in one window of a rate limit. */
export interface RateLimits {
  /** The rule's name. */
  name: string;
  caller: string;
  windowStart: Date;
  count: number;
}

/** What was run or asked, by whom, and how it ended. */
export interface AuditEvents {
  id: GeneratedAlways<number>;
  at: Generated<Date>;
  principalId: string;
  principalName: string;
  client: string | null;
  operation: string;
  /** `ok`, or the code of the failure or error. */
  outcome: string;
  /** The HTTP status. */
  status: number;
  durationMs: number;
  /** US dollars. */
  costUsd: number | null;
  /** Bytes that a statement read. */
  bytes: number | null;
  /** Of the program or the SQL, in hexadecimal. */
  textSha256: string | null;
  textBytes: number | null;
  /** The program or the SQL itself; null unless the owner asked to keep it. */
  text: string | null;
  requestId: string;
}

/** Keys that all instances share, such as those that tokens are signed with. */
export interface ServerKeys {
  name: string;
  value: JsonObject;
  createdAt: Generated<Date>;
}

/** All tables. Columns are camelCase here and snake_case in SQL. */
export interface Tables {
  oauthRecords: OauthRecords;
  oauthClientUses: OauthClientUses;
  apiKeys: ApiKeys;
  owner: Owner;
  ownerSessions: OwnerSessions;
  rateLimits: RateLimits;
  auditEvents: AuditEvents;
  serverKeys: ServerKeys;
}
