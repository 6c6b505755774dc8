import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApiKey } from "#shared/auth/create-api-key.ts";
import { SettingsError } from "#shared/config/load-settings.ts";

/** Where the key of the first start lies. */
export function apiKeyFile(dataFolder: string): string {
  return join(dataFolder, "api-key");
}

/**
 * Reads the key that the first start made, or makes it: a file that only its owner can read.
 * @throws SettingsError when the file is there but cannot be read or is damaged
 */
export function loadOrCreateApiKey(dataFolder: string): string {
  const file = apiKeyFile(dataFolder);
  if (!existsSync(file)) {
    const key = createApiKey();
    // `wx`: when two servers start together, the second reads what the first wrote.
    try {
      writeFileSync(file, `${key}\n`, { mode: 0o600, flag: "wx" });
      return key;
    } catch {
      // Somebody was faster, or the folder cannot be written: reading tells which.
    }
  }
  let key: string;
  try {
    key = readFileSync(file, "utf8").trim();
  } catch {
    throw new SettingsError(
      `The API key in ${file} cannot be read. Fix its permissions, or delete it to get a new one.`,
    );
  }
  if (/^codex_[\w-]{43}$/.test(key)) return key;
  throw new SettingsError(`The API key in ${file} is damaged. Delete the file to get a new one.`);
}
