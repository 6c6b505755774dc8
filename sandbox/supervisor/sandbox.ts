import type { Duplex } from "node:stream";
import { FRAME, type Frame, onFrames } from "./frames.ts";

/** A jail with a supervisor in it that waits for its one program. */
export interface Sandbox {
  /** Resolves to true when the program's process waits for its source, to false when the sandbox ended before that. */
  readonly ready: Promise<boolean>;
  /** Resolves when every process of the jail is gone, to what is known of the reason: for the log, not for the public. */
  readonly exited: Promise<string>;
  readonly isReady: () => boolean;
  /** Sends bytes to the supervisor. */
  send(frame: Buffer): void;
  /** Sends bytes, and resolves when there is room for more, or when nobody will take any. */
  write(frame: Buffer): Promise<void>;
  /** Reads nothing until `resume`: the supervisor then waits when it sends. */
  pause(): void;
  resume(): void;
  /** Hands over every frame that has come and will come. Called once. */
  listen(take: (frame: Frame) => void): void;
  /** Ends every process of the jail at once. */
  kill(): void;
}

/**
 * Makes a sandbox of a supervisor's channel.
 * @param exited as for the sandbox
 * @param kill as for the sandbox
 */
export function createSandbox(parts: {
  readonly channel: Duplex;
  readonly exited: Promise<string>;
  readonly kill: () => void;
}): Sandbox {
  const { channel, exited, kill } = parts;
  const ready = Promise.withResolvers<boolean>();
  let isReady = false;
  let isKilled = false;
  let early: Frame[] = [];
  let take = (frame: Frame): void => {
    early.push(frame);
  };
  onFrames(channel, (frame) => {
    if (frame.type === FRAME.ready) {
      isReady = true;
      ready.resolve(true);
    } else {
      take(frame);
    }
  });
  channel.on("close", () => ready.resolve(false));
  void exited.then(() => ready.resolve(false));
  return {
    ready: ready.promise,
    exited,
    isReady: () => isReady,
    send: (frame) => void (channel.writable && channel.write(frame)),
    write: (frame) => writeInTurn(channel, frame),
    pause() {
      if (!isKilled) channel.pause();
    },
    resume: () => void channel.resume(),
    listen(listener) {
      take = listener;
      for (const frame of early) listener(frame);
      early = [];
    },
    kill() {
      // What has not been read would keep the end of the channel from being seen.
      isKilled = true;
      channel.resume();
      kill();
    },
  };
}

function writeInTurn(channel: Duplex, frame: Buffer): Promise<void> {
  if (!channel.writable || channel.write(frame)) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      channel.off("drain", go).off("close", go);
      resolve();
    };
    channel.on("drain", go).on("close", go);
  });
}
