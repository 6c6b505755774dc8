/** How many programs may run at once, and how many may wait for how long. */
export interface RunSlotsOptions {
  readonly concurrency: number;
  readonly queueLength: number;
  readonly queueWaitMs: number;
}

/** Every slot is taken and the queue is full, or the wait was too long. */
export class RunSlotsFullError extends Error {
  override readonly name = "RunSlotsFullError";
}

/** A bounded number of slots, handed out in the order of asking. */
export interface RunSlots {
  /**
   * Waits for a slot; the caller gives it back by calling what it gets, once.
   * @throws RunSlotsFullError when none is free in time; the signal's reason when it aborts
   */
  acquire(signal: AbortSignal): Promise<() => void>;
}

/** Builds the bound on programs that run at once. */
export function createRunSlots(options: RunSlotsOptions): RunSlots {
  let free = options.concurrency;
  const queue = new Set<() => void>();
  const release = () => {
    free += 1;
    const [next] = queue;
    next?.();
  };
  const take = () => {
    free -= 1;
    let held = true;
    return () => {
      if (held) release();
      held = false;
    };
  };
  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) return take();
      if (queue.size >= options.queueLength) throw new RunSlotsFullError("The queue is full");
      return await new Promise<() => void>((resolve, reject) => {
        const leave = () => {
          queue.delete(enter);
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
        };
        const enter = () => {
          leave();
          resolve(take());
        };
        const abort = () => {
          leave();
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          leave();
          reject(new RunSlotsFullError("No slot became free in time"));
        }, options.queueWaitMs);
        signal.addEventListener("abort", abort, { once: true });
        queue.add(enter);
      });
    },
  };
}
