import {
  DEFAULT_CONCURRENCY,
  DEFAULT_WARM,
  type LocalExecutorOptions,
} from "#functions/execute/executor/executor-local.ts";
import { LIMIT_SETTINGS, toSandboxLimits } from "#sandbox/supervisor/limit-settings.ts";
import { toSandboxCounts, toWarmSettings } from "#sandbox/zygote/warm-settings.ts";
import { loadSettings } from "#shared/config/load-settings.ts";
import { integer } from "#shared/config/setting-kinds.ts";

/** How many programs run and wait on this machine, how many sandboxes are kept ready, and what one program may use. */
export type SandboxSettings = Required<
  Pick<
    LocalExecutorOptions,
    "concurrency" | "queueLength" | "queueWaitMs" | "warm" | "memoryCgroup" | "limits"
  >
>;

/** How many programs there are at the same time. */
const CROWD_SETTINGS = {
  SANDBOX_CONCURRENCY: integer(
    1,
    256,
  )({ default: DEFAULT_CONCURRENCY, desc: "Programs that run at the same time." }),
  SANDBOX_QUEUE_LENGTH: integer(
    0,
    10_000,
  )({ default: 32, desc: "Programs that wait for one of those places." }),
  // An answer comes within 44 s, whatever it says.
  SANDBOX_QUEUE_WAIT_MS: integer(0, 13_000)({ default: 10_000, desc: "Longest wait for a place, in ms." }),
};

/**
 * Reads how programs run on this machine.
 * @throws SettingsError
 */
export function loadSandboxSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): SandboxSettings {
  const env = loadSettings(
    { ...CROWD_SETTINGS, ...toWarmSettings(DEFAULT_WARM), ...LIMIT_SETTINGS },
    environment,
  );
  return {
    concurrency: env.SANDBOX_CONCURRENCY,
    queueLength: env.SANDBOX_QUEUE_LENGTH,
    queueWaitMs: env.SANDBOX_QUEUE_WAIT_MS,
    warm: toSandboxCounts(env),
    memoryCgroup: env.SANDBOX_MEMORY_CGROUP,
    limits: toSandboxLimits(env),
  };
}
