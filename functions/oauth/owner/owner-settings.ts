import { str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { emails } from "#shared/config/setting-kinds.ts";

/** How the owner may sign in with Google; null: not at all. */
export interface OwnerSettings {
  readonly google: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly allowedAccounts: readonly string[];
  } | null;
}

/**
 * Reads the settings of the owner's pages.
 * @throws SettingsError when a Google client is configured without its secret, or without anybody who may sign in through it
 */
export function loadOwnerSettings(environment?: Readonly<Record<string, string | undefined>>): OwnerSettings {
  const env = loadSettings(
    {
      GOOGLE_OAUTH_CLIENT_ID: str({ default: undefined, desc: "Google's OAuth client for signing in." }),
      GOOGLE_OAUTH_CLIENT_SECRET: str({ default: undefined, desc: "Its secret." }),
      ALLOWED_GOOGLE_ACCOUNTS: emails({ default: [], desc: "Who may sign in as the owner." }),
    },
    environment,
  );
  const { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: clientSecret } = env;
  const allowedAccounts = env.ALLOWED_GOOGLE_ACCOUNTS;
  if (clientId === undefined && clientSecret === undefined) return { google: null };
  if (clientId === undefined || clientSecret === undefined || allowedAccounts.length === 0) {
    throw new SettingsError(
      "Wrong settings: signing in with Google needs GOOGLE_OAUTH_CLIENT_ID, GOOGLE_OAUTH_CLIENT_SECRET and ALLOWED_GOOGLE_ACCOUNTS together.",
    );
  }
  return { google: { clientId, clientSecret, allowedAccounts } };
}
