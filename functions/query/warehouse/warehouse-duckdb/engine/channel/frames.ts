import type { Duplex } from "node:stream";

/** Largest frame that either side accepts, in bytes: the longest statement with its parameters, a page of rows with room to spare. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES = 4;

/**
 * Sends one message: four bytes of length, big-endian, then JSON in UTF-8.
 * @param message as JSON
 */
export function writeFrame(stream: Duplex, message: string): void {
  if (stream.destroyed || !stream.writable) return;
  const length = Buffer.byteLength(message);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeUInt32BE(length);
  frame.write(message, HEADER_BYTES);
  stream.write(frame);
}

/**
 * Calls `onMessage` with each message that arrives. A frame that is too long or is not JSON ends the stream: what follows it
 * cannot be trusted.
 */
export function readFrames(stream: Duplex, onMessage: (message: unknown) => void): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = HEADER_BYTES;
  let isHeader = true;
  const takePart = (): Buffer => {
    const all = Buffer.concat(chunks);
    chunks = all.length > wanted ? [all.subarray(wanted)] : [];
    held -= wanted;
    return all.subarray(0, wanted);
  };
  const takeFrames = () => {
    while (held >= wanted) {
      const part = takePart();
      if (isHeader) wanted = part.readUInt32BE();
      else {
        onMessage(JSON.parse(part.toString("utf8")));
        wanted = HEADER_BYTES;
      }
      isHeader = !isHeader;
      if (wanted > MAX_FRAME_BYTES) throw new Error(`A frame of ${wanted} bytes is too long.`);
    }
  };
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    try {
      takeFrames();
    } catch (thrown) {
      stream.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  });
}
