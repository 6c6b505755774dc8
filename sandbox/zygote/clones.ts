import { createConnection } from "node:net";
import { encodeFrame, FRAME, type Frame } from "../supervisor/frames.ts";
import { createSandbox, type Sandbox } from "../supervisor/sandbox.ts";

/** The sandboxes that one zygote made, as the host follows them from their connection to their end. */
export interface Clones {
  /** Connects to the zygote, whose clone takes the connection as its channel. */
  connect(path: string): Sandbox;
  /** Takes the zygote's word that a clone has ended. */
  takeEnded(frame: Frame): void;
  /** The zygote can tell no more: from now on a clone has ended when its channel closes. */
  lose(): void;
  /** The zygote's jail has ended, and all clones with it. */
  endAll(): void;
}

interface Clone {
  /** The zygote numbers its clones; null until the number has come. */
  number: number | null;
  isClosed: boolean;
  readonly end: (reason: string) => void;
}

/** A supervisor ends when its channel does; one that has not by then is killed. */
const KILL_GRACE_MS = 1000;

/**
 * Follows the clones of a zygote.
 * @param sendToZygote sends bytes on the zygote's own channel
 */
export function createClones(sendToZygote: (frame: Buffer) => void): Clones {
  const alive = new Set<Clone>();
  // The end of a clone comes on another channel than its number, and may come first.
  const endedEarly = new Set<number>();
  let isLost = false;

  function follow(clone: Clone, number: number): void {
    clone.number = number;
    if (endedEarly.delete(number)) clone.end("It has ended");
  }

  function close(clone: Clone): void {
    clone.isClosed = true;
    // A connection that never reached a clone has nothing that could outlive it.
    if (clone.number === null) clone.end("No sandbox was made");
    else if (isLost) clone.end("It has ended");
  }

  return {
    connect(path) {
      const channel = createConnection(path).on("error", () => channel.destroy());
      const exited = Promise.withResolvers<string>();
      const clone: Clone = { number: null, isClosed: false, end: exited.resolve };
      alive.add(clone);
      channel.once("close", () => close(clone));
      void exited.promise.then(() => {
        alive.delete(clone);
        channel.destroy();
      });
      const kill = () => {
        // Not destroyed: the number of the clone may still be on its way.
        channel.end();
        const timer = setTimeout(() => {
          if (clone.number !== null) sendToZygote(encodeFrame(FRAME.kill, fromNumber(clone.number)));
        }, KILL_GRACE_MS);
        void exited.promise.then(() => clearTimeout(timer));
      };
      const onClone = (frame: Frame) => follow(clone, toNumber(frame));
      return createSandbox({ channel, exited: exited.promise, kill, onClone });
    },
    takeEnded(frame) {
      const number = toNumber(frame);
      const clone = [...alive].find((candidate) => candidate.number === number);
      if (clone === undefined) endedEarly.add(number);
      else clone.end("It has ended");
    },
    lose() {
      isLost = true;
      for (const clone of alive) if (clone.isClosed) clone.end("It has ended");
    },
    endAll() {
      for (const clone of alive) clone.end("The zygote has ended");
    },
  };
}

function toNumber({ payload }: Frame): number {
  return payload.length === 4 ? payload.readUInt32BE() : 0;
}

function fromNumber(number: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(number);
  return payload;
}
