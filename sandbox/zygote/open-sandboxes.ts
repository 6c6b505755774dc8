import type { Language } from "#shared/contract/execute/languages.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { JailOptions } from "../jail/jail.ts";
import { JAIL_USER } from "../jail/launch-command.ts";
import { openMemoryCgroup } from "../jail/memory-cgroup.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import { startColdSandbox } from "../supervisor/start-cold-sandbox.ts";
import { createSandboxPool, type SandboxPool } from "./sandbox-pool.ts";
import { startAhead } from "./start-ahead.ts";
import { startZygote } from "./start-zygote.ts";
import type { SandboxCounts } from "./waiting-sandboxes.ts";

/** What runs programs on one machine. */
export interface Sandboxes {
  readonly pool: Omit<SandboxPool, "close">;
  /** Ends every sandbox; resolves when nothing of them is left. */
  close(): Promise<void>;
}

/**
 * Opens a pool of sandboxes on this machine, with memory control groups where there are any.
 * @param options.warm how many wait for a program of each kind
 * @param options.ahead a cold sandbox of this language is started at once, for the first program that needs one
 * @param options.memoryCgroup false where memory is counted by the supervisor although there are control groups
 */
export function openSandboxes(
  options: JailOptions & {
    readonly logger: Logger;
    readonly limits: SandboxLimits;
    readonly warm: SandboxCounts;
    readonly memoryCgroup?: boolean;
    readonly ahead?: Language;
  },
): Sandboxes {
  const { logger, limits, warm, ahead } = options;
  const cold = startAhead(ahead, (language) => startColdSandbox(language, limits, options));
  const memoryCgroup =
    options.memoryCgroup === false ? null : openMemoryCgroup({ uid: Number(JAIL_USER), logger });
  const pool = createSandboxPool({
    sizes: warm,
    limits,
    startZygote: (warmth) => startZygote(warmth, limits, { ...options, memoryCgroup }),
    startCold: cold.take,
    onLost: (warmth, reason) =>
      logger.log("WARNING", "A zygote was lost and is replaced", { warmth, cause: hidePaths(reason) }),
  });
  return {
    pool,
    async close() {
      await Promise.all([pool.close(), cold.close()]);
      await memoryCgroup?.close();
    },
  };
}
