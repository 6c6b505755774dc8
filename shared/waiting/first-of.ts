/**
 * Waits for a promise, at most for a time and for as long as the caller stays. The work behind the promise goes on.
 * @param waitMs milliseconds; 0 gives what is there already
 * @returns null when the time is over first
 * @throws the signal's reason, and what the promise rejects with
 */
export async function firstOf<T>(
  promise: Promise<T>,
  waitMs: number,
  signal: AbortSignal,
): Promise<T | null> {
  const other = Promise.withResolvers<null>();
  const timer = setTimeout(() => other.resolve(null), waitMs);
  const leave = () => other.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, other.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
