import { AppError } from "../../errors/app-error.ts";

const RETRY_AFTER_SECONDS = 60;
const NO_SPACE: readonly string[] = ["ENOSPC", "EDQUOT"];

/** The store has no room left. */
export function createFullError(cause?: unknown): AppError {
  return new AppError(
    "storage_unavailable",
    "The store for files and results is full. Delete executions that are no longer needed, or wait until old ones expire, then try again.",
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}

/** The store cannot be worked with; `cause` is for the log. */
export function createUnavailableError(cause: unknown): AppError {
  return new AppError(
    "storage_unavailable",
    "Files and results cannot be kept or read now. Try again in a minute; if it stays, the owner of this server must look after its data folder.",
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  );
}

/**
 * Does work on the disk alone (nothing of a caller's), and says its failures in the words of the port.
 * @throws AppError `storage_unavailable` for whatever the file system refuses; anything else as it is
 */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === undefined) throw thrown;
    throw NO_SPACE.includes(code) ? createFullError(thrown) : createUnavailableError(thrown);
  }
}

/** True when the file system said one of these codes (`ENOENT`…). */
export function hasCode(thrown: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(thrown);
  return code !== undefined && codes.includes(code);
}

function codeOf(thrown: unknown): string | undefined {
  // By shape: errors of the file system are of another realm's Error when this runs in a context of its own.
  if (typeof thrown !== "object" || thrown === null || !("syscall" in thrown && "code" in thrown))
    return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
