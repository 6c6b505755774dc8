import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { takeDataFolder } from "#shared/data-folder/lock-data-folder.ts";
import { packDataFolder } from "./data/backup-archive.ts";
import { loadDataFolder } from "./data/data-folder.ts";
import { runCommand } from "./data/run-command.ts";

// Packs the whole data folder into one file, which only its owner can read: it holds the keys. The server has to be stopped.
//   npm run backup -- FILE.tar.gz
runCommand(() => {
  const [given] = process.argv.slice(2);
  if (given === undefined) throw new SettingsError("Say where to: npm run backup -- backup.tar.gz");
  const file = resolve(given);
  const folder = loadDataFolder();
  if (existsSync(file)) throw new SettingsError(`${file} is there already. Choose another name.`);
  if (`${file}${sep}`.startsWith(`${folder}${sep}`)) {
    throw new SettingsError("The back-up would be inside the data folder. Put it somewhere else.");
  }
  const lock = takeDataFolder(folder);
  const draft = `${file}.partial`;
  process.umask(0o077);
  try {
    packDataFolder(folder, draft);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
    lock.release();
  }
  console.log(`${folder} is in ${file} (${Math.ceil(statSync(file).size / 1024)} kB).`);
  if (loadDatabaseSettings().postgres === null) return;
  console.log("The database of DATABASE_URL is not part of it: back it up with pg_dump.");
});
