const POLL_MS = 20;
/** Of the two minutes that a test has: a machine that does much else may need it. */
const TIMEOUT_MS = 45_000;

/** Waits until something is so. @throws Error when it is not within 45 s, or `timeoutMs`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (!(await condition())) throw new Error(`it did not happen within ${timeoutMs / 1000} s`);
}
