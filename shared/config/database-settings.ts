import { str } from "envalid";
import { loadSettings } from "./load-settings.ts";
import { integer, onOrOff, pemInBase64 } from "./setting-kinds.ts";

/** How to reach a PostgreSQL server. */
export interface PostgresSettings {
  readonly url: string;
  /** In PEM; null for the certificate authorities of the system. */
  readonly certificateAuthority: string | null;
  readonly maxConnections: number;
}

/** What the audit trail keeps. */
export interface AuditSettings {
  /** 0 for ever. */
  readonly days: number;
  readonly keepsText: boolean;
}

/** Everything about what is kept in a database. */
export interface DatabaseSettings {
  /** Null: no server is set. */
  readonly postgres: PostgresSettings | null;
  readonly audit: AuditSettings;
}

const SPECS = {
  DATABASE_URL: str({
    default: undefined,
    desc: "A PostgreSQL server, as postgres://user:password@host/name.",
  }),
  DATABASE_CA_BASE64: pemInBase64({
    default: undefined,
    desc: "The certificate authority of that server, PEM in base64.",
  }),
  DATABASE_MAX_CONNECTIONS: integer(1, 100)({ default: 4, desc: "Connections of one instance." }),
  AUDIT_DAYS: integer(0, 36_500)({ default: 90, desc: "Days that the audit trail is kept; 0 for ever." }),
  AUDIT_TEXT: onOrOff({ default: false, desc: "on keeps programs and SQL in the audit trail." }),
};

/**
 * Reads where the database is and what the audit trail keeps.
 * @throws SettingsError
 */
export function loadDatabaseSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): DatabaseSettings {
  const env = loadSettings(SPECS, environment);
  return {
    postgres:
      env.DATABASE_URL === undefined
        ? null
        : {
            url: env.DATABASE_URL,
            certificateAuthority: env.DATABASE_CA_BASE64 ?? null,
            maxConnections: env.DATABASE_MAX_CONNECTIONS,
          },
    audit: { days: env.AUDIT_DAYS, keepsText: env.AUDIT_TEXT },
  };
}
