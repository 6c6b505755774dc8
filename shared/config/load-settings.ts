import { type CleanedEnv, cleanEnv, EnvMissingError } from "envalid";

/** One or more settings are wrong. `message` is one line for the person who starts the program; it never shows a value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings of `specs` from the environment, once. An empty variable counts as unset.
 * @throws SettingsError that names every missing or malformed variable
 */
export function loadSettings<Specs extends object>(
  specs: Specs,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CleanedEnv<Specs> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  return cleanEnv(given, specs, {
    reporter: ({ errors }) => {
      const faults = Object.entries(errors).map(([name, error]) => {
        if (error instanceof EnvMissingError) return `${name} is missing`;
        return `${name} ${error instanceof Error ? error.message : "is wrong"}`;
      });
      if (faults.length > 0) throw new SettingsError(`Wrong settings: ${faults.join("; ")}.`);
    },
  });
}

/** Runs `load`; a SettingsError is printed as one line and ends the process with status 1. */
export function orExit<T>(load: () => T): T {
  try {
    return load();
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exit(1);
  }
}
