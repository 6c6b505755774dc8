/** How exact the last use is: an owner looks for keys that nobody needs, by the day. */
const EXACT_TO_MS = 60_000;

/** Notes when something was used. Nobody waits for it, and when it fails the next use tries again: it is worth nobody's work. */
export type RecordUse = (lastUsedAt: Date | null, write: (at: Date) => Promise<unknown>) => void;

/** Builds a recorder that writes at most once a minute for each thing, and one thing at a time. */
export function createUseRecorder(): RecordUse {
  let isWriting = false;
  return (lastUsedAt, write) => {
    const at = new Date();
    if (isWriting || (lastUsedAt !== null && at.getTime() - lastUsedAt.getTime() < EXACT_TO_MS)) return;
    isWriting = true;
    const done = () => {
      isWriting = false;
    };
    write(at).then(done, done);
  };
}
