/** Those who wait for the next thing that becomes free, in their order. */
export interface WaitingLine<Thing> {
  readonly length: () => number;
  /** @throws the reason of `stop`, or of `rejectAll` */
  wait(stop: AbortSignal): Promise<Thing>;
  /** @returns false when nobody waits */
  serve(thing: Thing): boolean;
  rejectAll(cause: unknown): void;
}

/** Nobody waits yet. */
export function createWaitingLine<Thing>(): WaitingLine<Thing> {
  const line: PromiseWithResolvers<Thing>[] = [];
  return {
    length: () => line.length,
    async wait(stop) {
      stop.throwIfAborted();
      const mine = Promise.withResolvers<Thing>();
      const leave = () => {
        const place = line.indexOf(mine);
        if (place >= 0) line.splice(place, 1);
        mine.reject(stop.reason);
      };
      line.push(mine);
      stop.addEventListener("abort", leave, { once: true });
      return mine.promise.finally(() => stop.removeEventListener("abort", leave));
    },
    serve(thing) {
      const next = line.shift();
      next?.resolve(thing);
      return next !== undefined;
    },
    rejectAll(cause) {
      for (const { reject } of line.splice(0)) reject(cause);
    },
  };
}
