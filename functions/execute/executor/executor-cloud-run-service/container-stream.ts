import { type ClientHttp2Stream, constants } from "node:http2";
import { DocumentError } from "#sandbox/entry/document.ts";

/** Ends a request that is not answered in time. */
export function endLater(stream: ClientHttp2Stream, head: Promise<unknown>, afterMs: number): void {
  const timer = setTimeout(() => stream.end(), afterMs);
  void head.then(() => clearTimeout(timer));
}

/** How a container begins to answer. */
export type Head =
  /** `bytes` of the answer, where the container waits to hear that it was taken. */
  | { readonly kind: "answered"; readonly status: number; readonly bytes: number | null }
  | { readonly kind: "not_started" | "lost"; readonly why: string };

/** @returns `lost` when the connection ends before */
export function untilAnswered(stream: ClientHttp2Stream): Promise<Head> {
  return new Promise((resolve) => {
    stream.once("response", (headers) => {
      const status = headers[":status"] ?? 0;
      if (status === 503 && headers["x-not-started"] === "1") {
        resolve({ kind: "not_started", why: "the container had served a program before" });
      } else {
        resolve({ kind: "answered", status, bytes: toCount(headers["x-result-bytes"]) });
      }
    });
    stream.once("close", () => {
      // The peer has said that it did nothing with the request (RFC 9113 §8.7).
      if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
        resolve({ kind: "not_started", why: "the connection refused the request" });
      } else {
        resolve({ kind: "lost", why: `the connection ended with ${stream.rstCode}` });
      }
    });
  });
}

/** Writes a request's body, as fast as it is taken. @throws what the body throws */
export async function send(stream: ClientHttp2Stream, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of body) {
    if (stream.destroyed || stream.writableEnded) return;
    if (!stream.write(piece)) await untilDrained(stream);
  }
}

function toCount(value: string | string[] | undefined): number | null {
  return typeof value === "string" && /^[1-9]\d{0,11}$/.test(value) ? Number(value) : null;
}

function untilDrained(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go).off("close", go);
      resolve();
    };
    stream.on("drain", go).on("close", go);
    if (stream.destroyed) go();
  });
}

/** An answer that breaks off is a document that ends too early. */
export async function* read(stream: ClientHttp2Stream, bytes: number | null): AsyncGenerator<Uint8Array> {
  let left = bytes ?? Number.POSITIVE_INFINITY;
  try {
    const pieces: AsyncIterable<Uint8Array> = stream.iterator({ destroyOnReturn: false });
    for await (const piece of pieces) {
      left -= piece.byteLength;
      yield piece;
      if (left <= 0) return;
    }
  } catch (error) {
    const why = error instanceof Error ? codeOf(error) : "unknown";
    throw new DocumentError("truncated", `The answer broke off: ${why}`);
  }
}

/** What an error is called, without its message, which may say more than a log is to hold. */
export function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.name;
}
