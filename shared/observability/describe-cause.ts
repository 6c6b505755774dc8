const MAX_CHARACTERS = 1000;
const MAX_DEPTH = 4;

/** What the log says of the private cause of an error: names, messages and places in our own sources. */
export interface CauseDescription {
  readonly cause: string;
  /** Files of this project with line numbers, innermost first. */
  readonly at: readonly string[];
}

/**
 * Describes anything that was thrown for the log: without paths of the host and without the raw stack, which would show them.
 */
export function describeCause(thrown: unknown): CauseDescription {
  const parts: string[] = [];
  let current: unknown = thrown;
  for (let depth = 0; depth < MAX_DEPTH && current !== undefined && current !== null; depth += 1) {
    parts.push(current instanceof Error ? `${current.name}: ${current.message}` : typeof current);
    current = current instanceof Error ? current.cause : undefined;
  }
  return { cause: hidePaths(parts.join(" <- ")).slice(0, MAX_CHARACTERS), at: placesOf(thrown) };
}

/** Replaces absolute paths, which would show how the host is laid out. */
export function hidePaths(text: string): string {
  return text.replaceAll(/(?:file:\/\/)?(?:\/[\w.@+-]+){2,}/g, "[path]");
}

function placesOf(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error) || !thrown.stack) return [];
  const places = thrown.stack.matchAll(/\/((?:functions|shared|local|sandbox|dist)\/[\w./-]+:\d+)/g);
  return [...places].flatMap((match) => (match[1] ? [match[1]] : [])).slice(0, 5);
}
