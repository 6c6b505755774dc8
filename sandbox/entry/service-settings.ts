import { str } from "envalid";
import { loadSettings } from "#shared/config/load-settings.ts";
import { integer } from "#shared/config/setting-kinds.ts";
import { LIMIT_SETTINGS, toSandboxLimits } from "../supervisor/limit-settings.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import type { SandboxCounts } from "../zygote/waiting-sandboxes.ts";
import { toSandboxCounts, toWarmSettings } from "../zygote/warm-settings.ts";

/** What a container that serves one program needs to know. */
export interface ServiceSettings {
  readonly port: number;
  readonly host: string;
  readonly warm: SandboxCounts;
  readonly memoryCgroup: boolean;
  readonly limits: SandboxLimits;
}

/** One program comes, and nobody knows of which kind. */
const ONE_OF_EACH: SandboxCounts = { python: 1, data: 1, javascript: 1, node: 1 };

/**
 * Reads the settings of the container from the environment.
 * @throws SettingsError
 */
export function loadServiceSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): ServiceSettings {
  const env = loadSettings(
    {
      PORT: integer(0, 65_535)({ default: 8080, desc: "The port to listen on; Cloud Run sets it." }),
      HOST: str({ default: "0.0.0.0", desc: "The address to listen on." }),
      ...toWarmSettings(ONE_OF_EACH),
      ...LIMIT_SETTINGS,
    },
    environment,
  );
  return {
    port: env.PORT,
    host: env.HOST,
    warm: toSandboxCounts(env),
    memoryCgroup: env.SANDBOX_MEMORY_CGROUP,
    limits: toSandboxLimits(env),
  };
}
