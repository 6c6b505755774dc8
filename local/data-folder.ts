import { accessSync, constants, mkdirSync } from "node:fs";
import { SettingsError } from "#shared/config/load-settings.ts";
import { DataFolderInUseError, useDataFolder } from "#shared/data-folder/lock-data-folder.ts";

/**
 * Makes sure that the data folder is there, for its owner alone, and can be written; until the process ends nobody replaces it.
 * @throws SettingsError
 */
export function prepareDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    useDataFolder(folder);
  } catch (thrown) {
    if (thrown instanceof DataFolderInUseError) throw new SettingsError(thrown.message);
    throw new SettingsError(
      `The data folder ${folder} cannot be written. Set CODEX_DATA_DIR to a folder that you may write.`,
    );
  }
}
