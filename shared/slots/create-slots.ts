import { AppError } from "../errors/app-error.ts";

/** A bounded number of places, and a bounded queue before them. */
export interface Slots {
  /**
   * Waits for a place.
   * @returns gives the place back
   * @throws AppError `overloaded` when the queue is full or the wait too long; the signal's reason when it aborts
   */
  take(signal: AbortSignal): Promise<() => void>;
}

/** How many may work at the same time, and how many may wait. */
export interface SlotsOptions {
  readonly places: number;
  readonly queue: number;
  /** Longest time in the queue. */
  readonly waitMs: number;
  /** The public sentence of `overloaded`. */
  readonly busyMessage: string;
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds: number;
}

/** Builds a bound on work that runs at the same time; places are handed out in the order of asking. */
export function createSlots(options: SlotsOptions): Slots {
  let free = options.places;
  const queue: (() => void)[] = [];

  const busy = () =>
    new AppError("overloaded", options.busyMessage, { retryAfterSeconds: options.retryAfterSeconds });

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
