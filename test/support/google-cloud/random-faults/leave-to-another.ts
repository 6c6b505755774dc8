import { setTimeout as sleep } from "node:timers/promises";
import type { Executor } from "#functions/execute/executor/executor.ts";

/** A reason that ends an instance, and not its program. */
const LEAVING = "the instance ends";

/**
 * Runs programs at an executor that ends its connection some time after a container was handed the program, as an instance does that is told
 * to end, and takes the result at another one.
 */
export function leaveToAnother(
  executor: Executor,
  other: Executor,
  when: { readonly untilHandedOver: () => Promise<void>; readonly afterMs: () => number },
): Pick<Executor, "run"> {
  return {
    async run(program, options) {
      const instance = new AbortController();
      let ticket = "";
      const handOver = {
        async started(told: string) {
          ticket = told;
        },
        isNoted: () => true,
        isDone: () => instance.signal.aborted,
      };
      const afterMs = when.afterMs();
      void when
        .untilHandedOver()
        .then(() => sleep(afterMs))
        .then(() => instance.abort(LEAVING));
      try {
        const signal = AbortSignal.any([options.signal, instance.signal]);
        return await executor.run(program, { ...options, signal, handOver });
      } catch (error) {
        if (error !== LEAVING || other.elsewhere === undefined) throw error;
        return other.elsewhere.takeUp(ticket, options);
      }
    },
  };
}
