import type { Duplex } from "node:stream";

/** Largest frame that either side accepts, in bytes: one page of rows with room to spare. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 4;

/** Sends one message: four bytes of length, big-endian, then JSON in UTF-8. */
export function writeFrame(stream: Duplex, message: unknown): void {
  if (stream.destroyed || !stream.writable) return;
  const body = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length);
  stream.write(Buffer.concat([header, body]));
}

/**
 * Calls `onMessage` with each message that arrives. A frame that is too long or is not JSON ends the stream: what follows it
 * cannot be trusted.
 */
export function readFrames(stream: Duplex, onMessage: (message: unknown) => void): void {
  const chunks: Buffer[] = [];
  let held = 0;
  let wanted = HEADER_BYTES;
  let header = true;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= wanted && !stream.destroyed) {
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const part = all.subarray(0, wanted);
      chunks.length = 0;
      if (all.length > wanted) chunks.push(all.subarray(wanted));
      held -= wanted;
      if (header) {
        wanted = part.readUInt32BE();
        if (wanted > MAX_FRAME_BYTES) stream.destroy(new Error(`A frame of ${wanted} bytes is too long.`));
      } else {
        wanted = HEADER_BYTES;
        deliver(stream, part, onMessage);
      }
      header = !header;
    }
  });
}

function deliver(stream: Duplex, body: Buffer, onMessage: (message: unknown) => void): void {
  let message: unknown;
  try {
    message = JSON.parse(body.toString("utf8"));
  } catch {
    stream.destroy(new Error("A frame is not JSON."));
    return;
  }
  onMessage(message);
}
