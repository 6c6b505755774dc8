import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";

/** The absolute path of the data folder, which need not be there. */
export function findDataFolder(): string {
  const { CODEX_DATA_DIR } = loadSettings({ CODEX_DATA_DIR: str({ default: ".data" }) });
  return resolve(CODEX_DATA_DIR);
}

/** The absolute path of the data folder. @throws SettingsError when there is none */
export function loadDataFolder(): string {
  const folder = findDataFolder();
  if (existsSync(folder)) return folder;
  throw new SettingsError(
    `There is no data folder at ${folder}. Start the server once with \`npm start\`, or set CODEX_DATA_DIR to where it is.`,
  );
}
