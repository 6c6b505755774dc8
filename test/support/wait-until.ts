const POLL_MS = 20;
const ATTEMPTS = 500;

/** Waits until something is so. @throws Error when it is not within 10 s. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && !condition(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (!condition()) throw new Error("it did not happen within 10 s");
}
