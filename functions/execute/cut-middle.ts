/** Characters that a text takes inside a JSON document, without its quotes. */
export function jsonLength(text: string): number {
  return JSON.stringify(text).length - 2;
}

/**
 * Shortens a text to at most `limit` characters as serialised JSON: the head and the tail stay, a line between them says how much is
 * missing. Returns the text itself when it fits.
 */
export function cutMiddle(text: string, limit: number): string {
  if (jsonLength(text) <= limit) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonLength(keep(text, middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  return keep(text, low);
}

/** Head and tail of together `kept` UTF-16 units; a surrogate pair that is cut in two is replaced. */
function keep(text: string, kept: number): string {
  const head = Math.ceil(kept / 2);
  const tail = kept - head;
  const missing = text.length - kept;
  return `${text.slice(0, head)}\n[... ${missing} characters left out ...]\n${tail === 0 ? "" : text.slice(-tail)}`.toWellFormed();
}
