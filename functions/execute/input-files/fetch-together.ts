import type { FileFetcher, FileToFetch } from "./file-fetcher.ts";

/** How many files of one request are fetched at the same time. */
const AT_ONCE = 4;

/**
 * Fetches files, four at a time; the first failure ends the others.
 * @returns the contents, in the order of the files
 * @throws what the first failure threw; the signal's reason when it aborts
 */
export async function fetchTogether(
  files: readonly FileToFetch[],
  { fetcher, signal }: { readonly fetcher: FileFetcher; readonly signal: AbortSignal },
): Promise<Buffer[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const contents: Buffer[] = [];
  // One iterator for all: each takes the next file that nobody has taken.
  const queue = files.entries();
  async function work(): Promise<void> {
    for (const [index, file] of queue) contents[index] = await fetcher.fetch(file, { signal: either });
  }
  const workers = Array.from({ length: Math.min(AT_ONCE, files.length) }, () =>
    work().catch((thrown) => stop.abort(thrown)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  stop.signal.throwIfAborted();
  return contents;
}
