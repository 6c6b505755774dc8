import type { IncomingMessage } from "node:http";

/**
 * The body of a Node request as a web stream that reads nothing before it is asked, and that can be given up: after `cancel` the
 * request is as untouched as before, so that the rest can be thrown away and the connection be used again. (`Readable.toWeb` would
 * read ahead, and end the connection on `cancel`.)
 */
export function toBodyStream(request: IncomingMessage): ReadableStream<Uint8Array> {
  let detach: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onData = (chunk: Buffer) => {
          request.pause();
          controller.enqueue(chunk);
        };
        const onEnd = () => {
          detach();
          controller.close();
        };
        const onClose = () => {
          detach();
          controller.error(new Error("The connection ended before the body did."));
        };
        // Attaching `data` would make the request flow at once.
        request.pause();
        request.on("data", onData).on("end", onEnd).on("close", onClose);
        request.pause();
        detach = () => request.off("data", onData).off("end", onEnd).off("close", onClose);
      },
      pull: () => void request.resume(),
      cancel: () => detach(),
    },
    { highWaterMark: 0 },
  );
}
