import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { SettingsError } from "#shared/config/load-settings.ts";
import { LOCK_FILES, takeDataFolder } from "#shared/data-folder/lock-data-folder.ts";
import { checkArchive, unpackArchive } from "./data/backup-archive.ts";
import { findDataFolder } from "./data/data-folder.ts";
import { runCommand } from "./data/run-command.ts";

// Puts a back-up in the place of the data folder. What was there is moved aside, never deleted. The server has to be stopped.
//   npm run restore -- FILE.tar.gz
runCommand(() => {
  const [given] = process.argv.slice(2);
  if (given === undefined) throw new SettingsError("Say what from: npm run restore -- backup.tar.gz");
  const file = resolve(given);
  if (!existsSync(file)) throw new SettingsError(`${file} is not there.`);
  const folder = findDataFolder();
  checkArchive(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeDataFolder(folder);
  const draft = `${folder}.restoring`;
  const aside = `${folder}.before-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  const isEmpty = readdirSync(folder).every((name) => LOCK_FILES.test(name));
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    unpackArchive(file, draft);
    renameSync(folder, aside);
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    lock.release();
  }
  if (isEmpty) rmSync(aside, { recursive: true, force: true });
  console.log(`${folder} is as it was in ${file}.`);
  if (!isEmpty) console.log(`What was there before is in ${aside}: delete it when you do not need it.`);
});
