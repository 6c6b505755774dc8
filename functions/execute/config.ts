import { loadSettings } from "#shared/config/load-settings.ts";
import { hostPatterns } from "#shared/config/setting-kinds.ts";
import { SIGNING_SETTINGS } from "#shared/config/signing-settings.ts";

/** What the function `execute` needs to know beside the edge. */
export interface ExecuteSettings {
  /** What links to files are signed with; null when none is set. */
  readonly signingKey: string | null;
  /** Hosts that files may be fetched from. */
  readonly fileHosts: readonly string[];
}

/**
 * Reads the settings of programs' files from the environment.
 * @throws SettingsError
 */
export function loadExecuteSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): ExecuteSettings {
  const env = loadSettings(
    {
      ...SIGNING_SETTINGS,
      FILE_HOSTS: hostPatterns({
        // ChatGPT's own files.
        default: ["*.oaiusercontent.com"],
        desc: "Hosts that programs' files may be fetched from: names, *.example.org, or * for every public one.",
      }),
    },
    environment,
  );
  return { signingKey: env.SIGNING_KEY ?? null, fileHosts: env.FILE_HOSTS };
}
