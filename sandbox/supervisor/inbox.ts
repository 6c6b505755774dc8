import type { Frame } from "./frames.ts";
import type { Sandbox } from "./sandbox.ts";

/** The frames of one sandbox, taken one after the other. A reader that is slow slows the sandbox down. */
export interface Inbox {
  /** Waits for the next frame; null when everything in the jail is gone and no frame is left. */
  next(): Promise<Frame | null>;
  /** True when a frame has come that nobody has taken, or none will come. */
  isReady(): boolean;
  /** What is known of the sandbox's end: for the log. */
  readonly complaint: () => string;
}

/** Beyond this much that nobody has taken, nothing more is read. */
const FULL_BYTES = 256 * 1024;
/** A jail that is being ended is read to its end whatever it sends: beyond this much it is dropped. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What a frame takes beside its payload. */
const FRAME_BYTES = 64;

const weigh = ({ payload }: Frame): number => payload.length + FRAME_BYTES;

/** Begins to take a sandbox's frames. */
export function openInbox(sandbox: Sandbox): Inbox {
  const frames: Frame[] = [];
  let bytes = 0;
  let ending: string | null = null;
  let waiter: ((frame: Frame | null) => void) | null = null;

  function hand(frame: Frame | null): boolean {
    if (waiter === null) return false;
    const waiting = waiter;
    waiter = null;
    waiting(frame);
    return true;
  }

  sandbox.listen((frame) => {
    if (hand(frame) || bytes > MOST_BYTES) return;
    frames.push(frame);
    bytes += weigh(frame);
    if (bytes >= FULL_BYTES) sandbox.pause();
  });
  void sandbox.exited.then((complaint) => {
    ending = complaint;
    hand(null);
  });

  return {
    async next() {
      const frame = frames.shift();
      if (frame !== undefined) {
        bytes -= weigh(frame);
        if (bytes < FULL_BYTES) sandbox.resume();
        return frame;
      }
      if (ending !== null) return null;
      return new Promise((resolve) => {
        waiter = resolve;
      });
    },
    isReady: () => frames.length > 0 || ending !== null,
    complaint: () => ending ?? "",
  };
}
