import type { IncomingMessage } from "node:http";
import { FetchFailure } from "./fetch-failure.ts";

const FIRST_BYTES = 64 * 1024;

/**
 * Reads a body into one piece of memory that grows with it: a server that sends byte by byte costs no more than its bytes.
 * @throws FetchFailure `too_large` before a byte is read when Content-Length tells, else at the first byte too many; `incomplete`
 */
export async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = readLength(answer);
  if (announced !== null && announced > maxBytes)
    throw new FetchFailure("too_large", `${announced} bytes announced`);
  let content: Buffer = Buffer.allocUnsafeSlow(announced ?? Math.min(FIRST_BYTES, maxBytes));
  let bytes = 0;
  for await (const chunk of chunksOf(answer)) {
    if (bytes + chunk.length > maxBytes)
      throw new FetchFailure("too_large", `more than ${maxBytes} bytes came`);
    if (bytes + chunk.length > content.length) content = grow(content, bytes + chunk.length, maxBytes);
    content.set(chunk, bytes);
    bytes += chunk.length;
  }
  if (!answer.complete) throw new FetchFailure("incomplete", `${bytes} bytes came`);
  return content.subarray(0, bytes);
}

async function* chunksOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (thrown) {
    if (thrown instanceof FetchFailure) throw thrown;
    throw new FetchFailure("incomplete", "the connection ended within the body", thrown);
  }
}

function readLength({ headers }: IncomingMessage): number | null {
  const length = headers["content-length"];
  return length === undefined ? null : Number(length);
}

function grow(content: Buffer, needed: number, maxBytes: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, content.length * 2), maxBytes));
  larger.set(content);
  return larger;
}
