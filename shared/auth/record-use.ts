/** How exact the last use is: an owner looks for what nobody needs any more, by the day. */
const EXACT_TO_MS = 60_000;
const MOST_REMEMBERED = 1_000;

/**
 * Builds what notes that something was used: at most once a minute for each thing. Nobody waits for it, and when it fails a later use
 * tries again: it is worth nobody's work.
 * @param write keeps it
 */
export function createUseRecorder(write: (id: string) => Promise<unknown>): (id: string) => void {
  const written = new Map<string, number>();
  return (id) => {
    const now = performance.now();
    const last = written.get(id);
    if (last !== undefined && now - last < EXACT_TO_MS) return;
    if (written.size >= MOST_REMEMBERED) written.clear();
    written.set(id, now);
    write(id).catch(() => written.delete(id));
  };
}
