import { inspect } from "node-inspect-extracted";

type Callback = (...parameters: unknown[]) => void;

/** Delays outside of this become 1 ms, as in Node (https://nodejs.org/api/timers.html). */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

class Timeout {
  due: number;
  order = 0;
  referenced = true;
  active = true;
  readonly id: number;
  /** Node's name for it, which stacks show. */
  readonly _onTimeout: Callback;
  readonly parameters: readonly unknown[];
  readonly delay: number;
  readonly repeats: boolean;
  readonly schedule: (timeout: Timeout) => void;

  constructor(
    id: number,
    callback: Callback,
    parameters: readonly unknown[],
    delay: number,
    repeats: boolean,
    schedule: (timeout: Timeout) => void,
  ) {
    this.id = id;
    this._onTimeout = callback;
    this.parameters = parameters;
    this.delay = delay;
    this.repeats = repeats;
    this.schedule = schedule;
    this.due = 0;
  }
  ref() {
    this.referenced = true;
    return this;
  }
  unref() {
    this.referenced = false;
    return this;
  }
  hasRef() {
    return this.referenced;
  }
  refresh() {
    if (this.active) this.schedule(this);
    return this;
  }
  close() {
    this.active = false;
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
}

/** An Immediate is a Timeout of another name that is due at once, after the timers that are due. */
class Immediate extends Timeout {}

function toDelay(value: unknown): number {
  const delay = Number(value);
  return delay >= 1 && delay <= LONGEST_DELAY_MS ? Math.trunc(delay) : 1;
}

function requireFunction(callback: unknown): void {
  if (typeof callback === "function") return;
  const message = `The "callback" argument must be of type function. Received ${inspect(callback)}`;
  throw Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" });
}

/** Timers whose loop is driven by the host: it asks how long to sleep, then runs the next one. */
export function createTimers(now: () => number) {
  const timeouts = new Map<number, Timeout>();
  const immediates = new Map<number, Immediate>();
  let lastId = 0;
  let lastOrder = 0;
  const schedule = (timeout: Timeout) => {
    timeout.due = now() + timeout.delay;
    timeout.order = ++lastOrder;
    timeouts.set(timeout.id, timeout);
  };
  const add =
    (repeats: boolean) =>
    (callback: Callback, delay?: unknown, ...parameters: unknown[]) => {
      requireFunction(callback);
      const timeout = new Timeout(++lastId, callback, parameters, toDelay(delay), repeats, schedule);
      schedule(timeout);
      return timeout;
    };
  const clear = (handle: unknown) => {
    const id = handle instanceof Timeout ? handle.id : Number(handle);
    for (const held of [timeouts, immediates]) {
      held.get(id)?.close();
      held.delete(id);
    }
  };
  const findNext = () => {
    let next: Timeout | undefined;
    for (const timeout of timeouts.values()) {
      if (!timeout.active) timeouts.delete(timeout.id);
      else if (
        next === undefined ||
        timeout.due < next.due ||
        (timeout.due === next.due && timeout.order < next.order)
      )
        next = timeout;
    }
    return next;
  };
  const isAlive = () =>
    [...timeouts.values(), ...immediates.values()].some((timer) => timer.active && timer.referenced);
  const runTimeout = (timeout: Timeout) => {
    timeouts.delete(timeout.id);
    if (timeout.repeats) schedule(timeout);
    else timeout.active = false;
    timeout._onTimeout(...timeout.parameters);
  };
  return {
    globals: {
      setTimeout: add(false),
      setInterval: add(true),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
      setImmediate: (callback: Callback, ...parameters: unknown[]) => {
        requireFunction(callback);
        const immediate = new Immediate(++lastId, callback, parameters, 0, false, schedule);
        immediates.set(immediate.id, immediate);
        return immediate;
      },
    },
    untilNext: () => {
      if (!isAlive()) return -1;
      return immediates.size > 0 ? 0 : Math.max(0, (findNext()?.due ?? 0) - now());
    },
    runNext: () => {
      const timeout = findNext();
      if (timeout !== undefined && timeout.due <= now()) return runTimeout(timeout);
      const [immediate] = immediates.values();
      if (immediate === undefined) return undefined;
      immediates.delete(immediate.id);
      return immediate._onTimeout(...immediate.parameters);
    },
  };
}
