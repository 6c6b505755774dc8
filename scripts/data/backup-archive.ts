import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SettingsError } from "#shared/config/load-settings.ts";
import { VERSION } from "#shared/contract/version.ts";

/** Counted up when an older program could not read a back-up. */
const FORMAT = 1;
const MANIFEST = "backup.json";
const MOST_OUTPUT_BYTES = 1_000_000;

/** Packs a data folder, with a note that says what it is, into `file`. @throws SettingsError in words for the owner */
export function packDataFolder(folder: string, file: string): void {
  const notes = mkdtempSync(join(tmpdir(), "backup-"));
  try {
    const manifest = { format: FORMAT, version: VERSION, madeAt: new Date().toISOString() };
    writeFileSync(join(notes, MANIFEST), JSON.stringify(manifest));
    const locks = ["--exclude=./*.lock", "--exclude=./*.lock.pid"];
    const { ok, error } = tar(
      "--create",
      "--gzip",
      "--file",
      file,
      "-C",
      notes,
      MANIFEST,
      "-C",
      folder,
      ...locks,
      ".",
    );
    if (!ok) throw new SettingsError(`The back-up could not be written: ${error}`);
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

/** Checks that `file` is a back-up that this program can read. @throws SettingsError in words for the owner */
export function checkArchive(file: string): void {
  const { ok, output } = tar("--extract", "--gzip", "--to-stdout", "--file", file, MANIFEST);
  const format = ok ? readFormat(output) : null;
  if (format === null)
    throw new SettingsError(`${file} is not a back-up that \`npm run backup\` made, or it is damaged.`);
  if (format > FORMAT)
    throw new SettingsError(
      `${file} was made by a newer version of this program. Restore it with that version.`,
    );
}

/** Unpacks a back-up into an empty folder. @throws SettingsError when it is damaged or the disk is full */
export function unpackArchive(file: string, folder: string): void {
  const { ok, error } = tar(
    "--extract",
    "--gzip",
    "--no-same-owner",
    "--preserve-permissions",
    "--file",
    file,
    "-C",
    folder,
  );
  if (!ok) throw new SettingsError(`The back-up could not be read to its end; nothing has changed: ${error}`);
  rmSync(join(folder, MANIFEST), { force: true });
  chmodSync(folder, 0o700);
}

function readFormat(manifest: string): number | null {
  try {
    const { format } = JSON.parse(manifest) as { format?: unknown };
    return typeof format === "number" ? format : null;
  } catch {
    return null;
  }
}

function tar(...parameters: string[]): { ok: boolean; output: string; error: string } {
  const { status, stdout, stderr, error } = spawnSync("tar", parameters, {
    encoding: "utf8",
    maxBuffer: MOST_OUTPUT_BYTES,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const reason = error === undefined ? (stderr ?? "").trim().split("\n")[0] : error.message;
  return { ok: status === 0, output: stdout ?? "", error: reason ?? "" };
}
