import { str } from "envalid";
import type { PostgresSettings } from "#shared/config/database-settings.ts";
import type { EdgeSettings } from "#shared/config/edge-settings.ts";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { secret } from "#shared/config/setting-kinds.ts";
import { SIGNING_SETTINGS } from "#shared/config/signing-settings.ts";
import type { ChatgptClient } from "./clients/chatgpt-client.ts";
import { loadOwnerSettings, type OwnerSettings } from "./owner/owner-settings.ts";

/** What the function `oauth` needs to know beside the edge and the database. */
export interface OauthSettings {
  /** What cookies are signed with and keys are derived from; null when none is set. */
  readonly signingKey: string | null;
  /** The client that ChatGPT's action editor is given; null when none is set. */
  readonly chatgpt: ChatgptClient | null;
  readonly owner: OwnerSettings;
}

/**
 * Reads the settings of the function `oauth` from the environment.
 * @throws SettingsError when a client is set by half, or a secret is too short
 */
export function loadOauthSettings(environment?: Readonly<Record<string, string | undefined>>): OauthSettings {
  const env = loadSettings(
    {
      ...SIGNING_SETTINGS,
      OAUTH_CLIENT_ID: str({ default: undefined, desc: "The client of ChatGPT's action editor." }),
      OAUTH_CLIENT_SECRET: secret({ default: undefined, desc: "Its secret." }),
    },
    environment,
  );
  return {
    signingKey: env.SIGNING_KEY ?? null,
    chatgpt: toChatgptClient(env.OAUTH_CLIENT_ID, env.OAUTH_CLIENT_SECRET),
    owner: loadOwnerSettings(environment),
  };
}

/**
 * Checks what the cloud cannot do without: its instances share nothing but these.
 * @throws SettingsError that names the first one that is missing
 */
export function expectCloudSettings(
  { publicBaseUrl }: EdgeSettings,
  { signingKey, ...settings }: OauthSettings,
  postgres: PostgresSettings | null,
) {
  const missing = (name: string, why: string) =>
    new SettingsError(`Wrong settings: ${name} is missing. ${why}`);
  if (publicBaseUrl === null)
    throw missing("PUBLIC_BASE_URL", "It is the name of this authorization server.");
  if (postgres === null) throw missing("DATABASE_URL", "Sign-ins are kept in a database.");
  if (signingKey === null) throw missing("SIGNING_KEY", "All instances sign with it.");
  return { postgres, settings: { ...settings, signingKey } };
}

function toChatgptClient(
  clientId: string | undefined,
  clientSecret: string | undefined,
): ChatgptClient | null {
  if (clientId === undefined && clientSecret === undefined) return null;
  if (clientId === undefined || clientSecret === undefined) {
    throw new SettingsError("Wrong settings: OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET are set together.");
  }
  // An address would be taken for that of a client's document.
  if (!/^[A-Za-z0-9._~-]{1,128}$/.test(clientId)) {
    throw new SettingsError(
      "Wrong settings: OAUTH_CLIENT_ID must have 1 to 128 letters, digits and characters of - . _ ~.",
    );
  }
  return { clientId, clientSecret };
}
