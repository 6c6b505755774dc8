import type { Migration } from "./migration.ts";

/** Identity: the authorization server's records, API keys, the owner, rate limits and the audit trail. */
export const identity: Migration = {
  name: "0001-identity",
  statements: [
    `create table oauth_records (
      kind text not null,
      id_hash text not null,
      payload jsonb not null,
      grant_id text,
      uid_hash text,
      user_code_hash text,
      consumed_at timestamptz,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      primary key (kind, id_hash)
    )`,
    "create index oauth_records_grant_id on oauth_records (grant_id) where grant_id is not null",
    "create index oauth_records_uid_hash on oauth_records (uid_hash) where uid_hash is not null",
    "create index oauth_records_expires_at on oauth_records (expires_at) where expires_at is not null",
    `create table oauth_client_uses (
      client_id text primary key,
      name text not null,
      host text not null,
      kind text not null check (kind in ('chatgpt', 'cimd', 'dcr')),
      pinned_redirect_uri text,
      approved_at timestamptz not null default now(),
      approved_scopes text[] not null,
      last_used_at timestamptz
    )`,
    `create table api_keys (
      id uuid primary key,
      name text not null,
      key_hash text not null unique,
      scopes text[] not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz
    )`,
    `create table owner (
      id smallint primary key default 1 check (id = 1),
      passphrase_hash text,
      session_epoch integer not null default 1,
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now()
    )`,
    `create table owner_sessions (
      id_hash text primary key,
      method text not null check (method in ('passphrase', 'google')),
      account text,
      csrf text not null,
      epoch integer not null,
      created_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      expires_at timestamptz not null
    )`,
    "create index owner_sessions_expires_at on owner_sessions (expires_at)",
    `create table rate_limits (
      name text not null,
      caller text not null,
      window_start timestamptz not null,
      count integer not null,
      primary key (name, caller, window_start)
    )`,
    "create index rate_limits_window_start on rate_limits (window_start)",
    `create table audit_events (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      principal_id text not null,
      principal_name text not null,
      client text,
      operation text not null,
      outcome text not null,
      status integer not null,
      duration_ms integer not null,
      cost_usd double precision,
      bytes bigint,
      text_sha256 text,
      text_bytes integer,
      text text,
      request_id text not null
    )`,
    "create index audit_events_at on audit_events (at)",
    `create table server_keys (
      name text primary key,
      value jsonb not null,
      created_at timestamptz not null default now()
    )`,
  ],
};
