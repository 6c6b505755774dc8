import type { ByteRange } from "./object-store.ts";

/** @throws RangeError when it is not two whole numbers, the first not above the second */
export function checkRange({ start, end }: ByteRange): void {
  const isInForm = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start;
  if (!isInForm) throw new RangeError("A range is two whole numbers, the first not above the second.");
}

/** @throws RangeError when it is no whole number */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError("A list's limit is a whole number.");
}

/**
 * @returns milliseconds since 1970
 * @throws RangeError when it is no date after 1970
 */
export function checkExpiry(expiresAt: Date): number {
  const expiresAtMs = expiresAt.getTime();
  if (!(expiresAtMs >= 0)) throw new RangeError("An object's expiry is a date after 1970.");
  return expiresAtMs;
}
