/**
 * A web stream that asks an iterable for a chunk when it is asked itself, and ends it (`return`) when it is cancelled.
 * (`ReadableStream.from` does the same and is not in the types of TypeScript's DOM library.)
 */
export function toWebStream(source: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
