import { encodeFrame, FRAME } from "./frames.ts";
import type { Sandbox } from "./sandbox.ts";

/** A jail on a busy machine may need this long before its program runs, and between two pieces of a file. */
export const START_DEADLINE_MS = 15_000;
/** The supervisor ends programs in time; the host steps in when it does not. */
const STOP_GRACE_MS = 500;
const KILL_GRACE_MS = 250;

/** The host's own clock for one run: ends the jail when its supervisor does not. */
export interface RunDeadline {
  /** Until the program starts, or takes what is sent. */
  waitForSandbox(): void;
  /** While something else than the jail is waited for. */
  rest(): void;
  /** Ends the run in steps after its time: a stop frame, then the whole jail. */
  programStarted(): void;
  /** A jail that has reported, or failed, is on its way out; one that stays is killed. */
  clear(): void;
}

/**
 * Makes the clock of one run; nothing is waited for yet.
 * @param timeoutMs of the program
 * @param startMs until the program starts
 */
export function createRunDeadline(
  sandbox: Sandbox,
  { timeoutMs, startMs }: { readonly timeoutMs: number; readonly startMs: number },
): RunDeadline {
  let timer: NodeJS.Timeout | undefined;
  const set = (act: () => void, afterMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, afterMs);
  };
  return {
    waitForSandbox: () => set(sandbox.kill, startMs),
    rest: () => clearTimeout(timer),
    programStarted() {
      const stop = () => {
        sandbox.send(encodeFrame(FRAME.stop));
        set(sandbox.kill, KILL_GRACE_MS);
      };
      set(stop, timeoutMs + STOP_GRACE_MS);
    },
    clear() {
      set(sandbox.kill, KILL_GRACE_MS);
      void sandbox.exited.then(() => clearTimeout(timer));
    },
  };
}
