import type { Jail } from "../jail/jail.ts";
import { runProgram, SandboxError, type SandboxProgram } from "./run-program.ts";
import type { SandboxReport } from "./sandbox-report.ts";
import type { SandboxLimits } from "./start-sandbox.ts";

/** Runs programs in sandboxes that have already started, each of which serves one program. */
export interface SandboxPool {
  /**
   * Runs a program in a sandbox that waits, or in a new one when none does.
   * @throws the signal's reason when it aborts; SandboxError when the sandbox itself fails
   */
  run(program: SandboxProgram, options: { readonly signal: AbortSignal }): Promise<SandboxReport>;
  /** Starts sandboxes until as many wait as should. */
  refill(): void;
  /** Ends all that wait; resolves when they and those whose program has ended are gone. */
  close(): Promise<void>;
}

/**
 * Keeps `size` sandboxes waiting. It starts none by itself: whoever runs programs calls `refill` when a program has ended, so that a
 * start never takes the processor from a program that begins, and a machine on which sandboxes die at once does not start them in a
 * loop.
 */
export function createSandboxPool(options: {
  readonly size: number;
  readonly limits: SandboxLimits;
  readonly start: () => Jail;
}): SandboxPool {
  const { size, limits, start } = options;
  const waiting = new Set<Jail>();
  const alive = new Set<Jail>();
  let closed = false;

  function startOne(): Jail {
    const jail = start();
    alive.add(jail);
    void jail.exited.then(() => {
      waiting.delete(jail);
      alive.delete(jail);
    });
    return jail;
  }

  return {
    async run(program, { signal }) {
      const [jail] = waiting;
      if (jail === undefined) return runProgram(startOne(), program, { limits, signal });
      waiting.delete(jail);
      try {
        return await runProgram(jail, program, { limits, signal });
      } catch (error) {
        // A sandbox that waited may have died unnoticed: its program, which has not begun, then gets a new one.
        if (!(error instanceof SandboxError)) throw error;
        return runProgram(startOne(), program, { limits, signal });
      }
    },
    refill() {
      while (!closed && waiting.size < size) waiting.add(startOne());
    },
    async close() {
      closed = true;
      for (const jail of waiting) jail.kill();
      await Promise.all([...alive].map((jail) => jail.exited));
    },
  };
}
