import { join } from "node:path";
import { createApiKey } from "#shared/auth/create-api-key.ts";
import { loadOrCreateSecret } from "./secret-file.ts";

/** Where the key of the first start lies. */
export function apiKeyFile(dataFolder: string): string {
  return join(dataFolder, "api-key");
}

/**
 * Reads the key that the first start made, or makes it.
 * @throws SettingsError when the file is there but cannot be read or is damaged
 */
export function loadOrCreateApiKey(dataFolder: string): string {
  return loadOrCreateSecret({
    file: apiKeyFile(dataFolder),
    title: "The API key",
    // Keys of earlier versions have no checksum.
    pattern: /^codex_[\w-]{43}(?:[\w-]{5})?$/,
    create: createApiKey,
  });
}
