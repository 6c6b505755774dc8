import { AppError } from "#shared/errors/app-error.ts";

/** A bounded number of places, and a bounded queue before them. */
export interface Slots {
  /**
   * Waits for a place.
   * @returns gives the place back
   * @throws AppError `overloaded` when the queue is full or the wait too long; the signal's reason when it aborts
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** @param waitMs longest time in the queue */
export function createSlots(options: {
  readonly places: number;
  readonly queue: number;
  readonly waitMs: number;
}): Slots {
  let free = options.places;
  const queue: (() => void)[] = [];

  const busy = () =>
    new AppError("overloaded", "The warehouse is busy with other queries. Try again in a few seconds.", {
      retryAfterSeconds: 5,
    });

  function giveBack(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = queue.shift();
      if (next) next();
      else free += 1;
    };
  }

  async function wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown) => {
      const at = queue.indexOf(resolve);
      if (at >= 0) queue.splice(at, 1);
      reject(reason);
    };
    const onAbort = () => leave(signal.reason);
    const timer = setTimeout(() => leave(busy()), options.waitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    queue.push(resolve);
    await promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else if (queue.length >= options.queue) throw busy();
      else await wait(signal);
      return giveBack();
    },
  };
}
