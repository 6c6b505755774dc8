const OFFSET = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d{1,2}))?$/;

/**
 * Reads an offset such as `+05:30`, `-8` or `UTC+1`.
 * @returns minutes east of Greenwich; null when the text is none, as a name of a zone is
 */
export function parseOffset(text: string): number | null {
  const found = OFFSET.exec(text);
  if (found === null) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  if (minutes > 14 * 60 || Number(found[3] ?? 0) > 59) return null;
  return found[1] === "-" ? -minutes : minutes;
}
