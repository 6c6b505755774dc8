const LONGEST_TABLE = 8192;
const MOST_LINES = 30;
const ROW = /^\|.*\|$/;
/** How many rows and columns there are in all. */
const CAPTION = /^[\p{L}\p{N} ×,.()]{1,120}$/u;
/** What would begin a link, an image, HTML or code, with the backslashes before it. */
const MARKUP = /(\\*)([<[\]`])/g;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/**
 * A table of GitHub's Markdown, and the line below it, in which nothing but the table is markup: a renderer shows whatever
 * else is in it as text (https://spec.commonmark.org/0.31.2/#backslash-escapes).
 * @returns null when it is something else, or longer than 8 KiB
 */
export function parseTable(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST_TABLE) return null;
  const lines = value.split("\n").map((line) => line.replaceAll(UNPRINTABLE, ""));
  const rows = lines.filter((line) => ROW.test(line));
  const [blank, caption, ...rest] = lines.slice(rows.length);
  const isTable =
    rows.length > 1 &&
    lines.length <= MOST_LINES &&
    lines.slice(0, rows.length).every((line) => ROW.test(line));
  const isCaptioned =
    blank === undefined ||
    (blank === "" && caption !== undefined && CAPTION.test(caption) && rest.length === 0);
  return isTable && isCaptioned ? lines.map(escapeMarkup).join("\n") : null;
}

/** An even number of backslashes are themselves escaped, and leave what follows as it is. */
function escapeMarkup(line: string): string {
  return line.replaceAll(MARKUP, (_, backslashes: string, character: string) =>
    backslashes.length % 2 === 0 ? `${backslashes}\\${character}` : `${backslashes}${character}`,
  );
}
