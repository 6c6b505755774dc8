import type { Language } from "#shared/contract/execute/languages.ts";
import type { Sandbox } from "../supervisor/sandbox.ts";

/** Cold sandboxes, of which the first may have been started before its program came. */
export interface ColdSandboxes {
  take(language: Language): Sandbox;
  /** Ends the first one if nobody took it. */
  close(): Promise<void>;
}

/**
 * Starts the first of them at once, so that it comes up while its program is still on its way.
 * @param ahead of which language; undefined for none
 * @param start starts one
 */
export function startAhead(
  ahead: Language | undefined,
  start: (language: Language) => Sandbox,
): ColdSandboxes {
  let first = ahead === undefined ? null : start(ahead);
  return {
    take(language) {
      if (first === null || language !== ahead) return start(language);
      const taken = first;
      first = null;
      return taken;
    },
    async close() {
      first?.kill();
      await first?.exited;
    },
  };
}
