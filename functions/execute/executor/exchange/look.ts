import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";

/** A hundredth of the time that has passed: a short program is not held up, and a long one costs few looks. */
const PAUSE_SHARE = 0.01;
const LONGEST_PAUSE_MS = 500;

/** Milliseconds between two looks for a result, `pollMs` at least. */
export function pauseAfter(passedMs: number, pollMs: number): number {
  return Math.max(pollMs, Math.min(LONGEST_PAUSE_MS, passedMs * PAUSE_SHARE));
}

/** @returns undefined when nobody answered: it is asked again @throws what else the question throws */
export async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof GoogleCloudError && mayPass(error)) return undefined;
    throw error;
  }
}

function mayPass({ status }: GoogleCloudError): boolean {
  return status === null || status >= 500 || status === 408 || status === 429;
}
