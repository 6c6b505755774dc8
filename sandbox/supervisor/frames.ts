import type { Duplex } from "node:stream";

/**
 * Frames between the host and a supervisor or a zygote: type (1 byte), length (4 bytes, big endian), payload. The letters are those
 * of `frames.py`.
 */
export const FRAME = {
  language: "L",
  request: "R",
  inputs: "I",
  stop: "S",
  ready: "Y",
  started: "G",
  stdout: "O",
  stderr: "E",
  stdoutTail: "o",
  stderrTail: "e",
  exit: "X",
  accepted: "A",
  refused: "N",
  declined: "P",
  file: "F",
  collected: "Z",
  data: "D",
  configure: "C",
} as const;

/** One frame that came from the jail; `type` is one letter and may be unknown. */
export interface Frame {
  readonly type: string;
  readonly payload: Buffer;
}

const HEADER_BYTES = 5;
/** The supervisor sends at most half an output limit in one frame. */
const LARGEST_FRAME_BYTES = 1024 * 1024;

/** Puts one frame into bytes. */
export function encodeFrame(type: string, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 0, 1, "latin1");
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** Puts one frame with a JSON payload into bytes. */
export function encodeJsonFrame(type: string, value: unknown): Buffer {
  return encodeFrame(type, Buffer.from(JSON.stringify(value)));
}

/**
 * Takes the bytes of a channel as they come and gives back the frames that are complete.
 * @returns a function; it throws RangeError when a frame claims to be larger than any that the supervisor sends
 */
export function createFrameReader(): (chunk: Buffer) => Frame[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const frames: Frame[] = [];
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readUInt32BE(1);
      if (length > LARGEST_FRAME_BYTES) throw new RangeError(`A frame of ${length} bytes`);
      if (pending.length < HEADER_BYTES + length) break;
      const payload = pending.subarray(HEADER_BYTES, HEADER_BYTES + length);
      frames.push({ type: pending.toString("latin1", 0, 1), payload });
      pending = pending.subarray(HEADER_BYTES + length);
    }
    return frames;
  };
}

/** Calls `take` for each frame that comes through the channel; one that no supervisor sends destroys the channel. */
export function onFrames(channel: Duplex, take: (frame: Frame) => void): void {
  const read = createFrameReader();
  channel.on("data", (chunk: Buffer) => {
    try {
      for (const frame of read(chunk)) take(frame);
    } catch {
      channel.destroy();
    }
  });
}
