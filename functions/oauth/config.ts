import { str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { secret } from "#shared/config/setting-kinds.ts";
import type { ChatgptClient } from "./clients/chatgpt-client.ts";

/**
 * Reads the client that ChatGPT's action editor is given; null when none is set.
 * @throws SettingsError when it is set by half, or when its secret is too short
 */
export function loadChatgptClient(
  environment?: Readonly<Record<string, string | undefined>>,
): ChatgptClient | null {
  const env = loadSettings(
    {
      OAUTH_CLIENT_ID: str({ default: undefined, desc: "The client of ChatGPT's action editor." }),
      OAUTH_CLIENT_SECRET: secret({ default: undefined, desc: "Its secret." }),
    },
    environment,
  );
  const { OAUTH_CLIENT_ID: clientId, OAUTH_CLIENT_SECRET: clientSecret } = env;
  if (clientId === undefined && clientSecret === undefined) return null;
  if (clientId === undefined || clientSecret === undefined) {
    throw new SettingsError("Wrong settings: OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET are set together.");
  }
  // An address would be taken for the one of a client's document.
  if (!/^[A-Za-z0-9._~-]{1,128}$/.test(clientId)) {
    throw new SettingsError(
      "Wrong settings: OAUTH_CLIENT_ID must have 1 to 128 letters, digits and characters of - . _ ~.",
    );
  }
  return { clientId, clientSecret };
}
