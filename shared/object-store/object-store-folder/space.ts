import { createFullError } from "./storage-error.ts";

/** What an object costs beside its content: its folder's block, its inodes. Bounds the number of empty objects as well. */
const OVERHEAD_BYTES = 8192;

/** The bound on what the folder holds, as far as this process knows: a count corrects what other processes did. */
export interface Space {
  /**
   * Takes bytes before they are written.
   * @throws AppError `storage_unavailable` when they do not fit
   */
  take(bytes: number): void;
  /** Gives back bytes that were removed, or never written. */
  giveBack(bytes: number): void;
  /** Begins a count of the folder. @returns takes the counted bytes of what was there at the beginning */
  startCount(): (countedBytes: number) => void;
}

/** What an object of this content takes from the bound, in bytes. */
export function costOf(sizeBytes: number): number {
  return sizeBytes + OVERHEAD_BYTES;
}

/** Builds a bound; nothing is used at first. */
export function createSpace(maxBytes: number): Space {
  let used = 0;
  let changedInCount = 0;
  const change = (bytes: number) => {
    used = Math.max(0, used + bytes);
    changedInCount += bytes;
  };
  return {
    take(bytes) {
      if (used + bytes > maxBytes) throw createFullError();
      change(bytes);
    },
    giveBack(bytes) {
      change(-bytes);
    },
    startCount() {
      changedInCount = 0;
      return (countedBytes) => {
        used = Math.max(0, countedBytes + changedInCount);
      };
    },
  };
}
