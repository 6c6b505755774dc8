import type { Executor } from "#functions/execute/executor/executor.ts";
import { createLocalExecutor } from "#functions/execute/executor/executor-local.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { SandboxSettings } from "./sandbox-settings.ts";

/** Languages are looked for in running sandboxes at the start; a machine that is slower than this starts all the same. */
const LOOK_TIMEOUT_MS = 10_000;

/** What runs programs on this machine. */
export interface LocalSandbox {
  readonly executor: Executor;
  /** A sentence for each language that cannot run here, for the person who starts the server. */
  readonly notices: readonly string[];
}

/** Builds the local executor and finds out what it can run. */
export async function createLocalSandbox(settings: SandboxSettings, logger: Logger): Promise<LocalSandbox> {
  const executor = createLocalExecutor({ ...settings, logger });
  const languages = await executor
    .listLanguages({ signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) })
    .catch(() => []);
  const notices = languages.flatMap(({ name, available, reason }) =>
    available ? [] : [`${name} programs cannot run here. ${reason ?? ""}`],
  );
  return { executor, notices };
}
