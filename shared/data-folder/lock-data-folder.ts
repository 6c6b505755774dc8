import { join } from "node:path";
import { type FileLock, LockedError, lockFile } from "./lock-file.ts";

/** Files of the data folder that are locks: they belong to the running processes and are in no back-up. */
export const LOCK_FILES = /\.lock(?:\.pid)?$/;

/** The data folder is not to be had now. `message` is one line for the person who starts the program. */
export class DataFolderInUseError extends Error {
  override readonly name = "DataFolderInUseError";
}

const whoHolds = (holder: string | null): string =>
  holder === null ? "Another process" : `Process ${holder}`;

/** Marks the data folder as used by a server; several may use it. @throws DataFolderInUseError while it is backed up or restored */
export function useDataFolder(folder: string): FileLock {
  return lock(
    folder,
    "together",
    (who) => `${who} backs up or restores the data folder ${folder}. Start again when it is through.`,
  );
}

/** Takes the data folder for itself, to copy or replace it. @throws DataFolderInUseError while a server uses it */
export function takeDataFolder(folder: string): FileLock {
  return lock(folder, "alone", (who) => `${who} uses the data folder ${folder}. Stop it and try again.`);
}

function lock(folder: string, mode: "alone" | "together", describe: (who: string) => string): FileLock {
  try {
    return lockFile(join(folder, "in-use.lock"), mode);
  } catch (thrown) {
    if (thrown instanceof LockedError) throw new DataFolderInUseError(describe(whoHolds(thrown.holder)));
    throw thrown;
  }
}
