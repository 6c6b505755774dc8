import type { ServerHttp2Stream } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerClaim } from "./container-claim.ts";

/** A run whose caller may go. */
export interface HeldRun {
  /** Aborts when nobody wants the program any more. */
  readonly givenUp: AbortSignal;
  /** Takes the run, unless it was given up. @returns true when it is this container's @throws as `ContainerClaim.take` */
  keep(): Promise<boolean>;
  /** Ends the watching: the caller has what it wants, or the container has said all. */
  release(): void;
}

/**
 * Takes a run as soon as its caller's connection ends, and sees while it goes on whether somebody has given it up: the caller does so before
 * it leaves, and others without being able to reach this container.
 * @param signal ends every call to the storage
 * @param watchMs between two looks at the claim
 */
export function holdRun(
  stream: ServerHttp2Stream,
  claim: ContainerClaim,
  { signal, watchMs }: { readonly signal: AbortSignal; readonly watchMs: number },
): HeldRun {
  const givenUp = new AbortController();
  const released = new AbortController();
  const watching = AbortSignal.any([signal, released.signal, givenUp.signal]);
  const giveUp = () => givenUp.abort(new Error("Nobody wants the program any more"));
  let kept: Promise<boolean> | null = null;
  let isKept = false;

  function keep(): Promise<boolean> {
    kept ??= claim.take(signal).then((isTaken) => {
      isKept = isTaken;
      if (!isTaken) giveUp();
      return isTaken;
    });
    return kept;
  }

  async function watch(): Promise<void> {
    for (;;) {
      await sleep(watchMs, undefined, { signal: watching });
      const wasKept = isKept;
      // Without an answer it is looked at again.
      const claimant = await claim.look(watching).catch(() => null);
      if (claimant === "another" || (claimant === "nobody" && wasKept)) giveUp();
    }
  }

  const leave = () => {
    keep().catch(giveUp);
  };
  stream.once("close", leave);
  if (stream.closed) leave();
  watch().catch(() => undefined);
  return {
    givenUp: givenUp.signal,
    keep,
    release() {
      stream.off("close", leave);
      released.abort();
    },
  };
}
