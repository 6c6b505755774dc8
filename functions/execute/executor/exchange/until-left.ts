/**
 * Content that is read for as long as the caller stays: what never comes is then no longer waited for.
 * @throws the signal's reason; what the content throws
 */
export async function* untilLeft(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const left = Promise.withResolvers<never>();
  left.promise.catch(() => undefined);
  const leave = () => left.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  const iterator = content[Symbol.asyncIterator]();
  try {
    signal.throwIfAborted();
    for (;;) {
      const next = await Promise.race([iterator.next(), left.promise]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", leave);
    // Its end is not waited for: it may be held up by what did not come.
    iterator.return?.().catch(() => undefined);
  }
}
