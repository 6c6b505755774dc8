import { LANGUAGES } from "#shared/contract/execute/languages.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Executor } from "./executor.ts";

/** An executor for places without any sandbox: it refuses every program and says why, because nothing ever runs outside of one. */
export function createUnavailableExecutor(reason: string): Executor {
  return {
    async run() {
      throw new AppError("sandbox_unavailable", reason);
    },
    async listLanguages() {
      return LANGUAGES.map((name) => ({ name, version: null, available: false, reason }));
    },
    async close() {},
  };
}
