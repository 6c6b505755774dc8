import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { SettingsError } from "#shared/config/load-settings.ts";

/** A secret that the first start makes. */
export interface SecretFile {
  readonly file: string;
  /** For messages: `The API key`. */
  readonly title: string;
  readonly pattern: RegExp;
  create(): string;
}

/**
 * Reads a secret that the first start made, or makes it: a file that only its owner can read.
 * @throws SettingsError when the file is there but cannot be read or is damaged
 */
export function loadOrCreateSecret({ file, title, pattern, create }: SecretFile): string {
  if (!existsSync(file)) {
    const secret = create();
    // `wx`: when two servers start together, the second reads what the first wrote.
    try {
      writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
      return secret;
    } catch {
      // Somebody was faster, or the folder cannot be written: reading tells which.
    }
  }
  let secret: string;
  try {
    secret = readFileSync(file, "utf8").trim();
  } catch {
    throw new SettingsError(
      `${title} in ${file} cannot be read. Fix its permissions, or delete it to get a new one.`,
    );
  }
  if (pattern.test(secret)) return secret;
  throw new SettingsError(`${title} in ${file} is damaged. Delete the file to get a new one.`);
}
