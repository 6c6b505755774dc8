/** What `filename*` may hold as it is (RFC 8187 §3.2.1); encodeURIComponent leaves five characters more. */
const NOT_ATTR_CHAR = /['()*]/g;

/** What may stand in a quoted `filename` for every reader: no control characters, quotes, backslashes, escapes or other scripts. */
const NOT_PLAIN = /[^\x20-\x7e]|["\\%]/gu;

const MAX_CHARACTERS = 200;

/**
 * The header `Content-Disposition` (RFC 6266), with the file's own name in UTF-8 (RFC 8187) and a plain one for old readers.
 * @param name the file's name; folders in front are left out, and the middle of a long one as well
 */
export function toContentDisposition(type: "inline" | "attachment", name: string): string {
  const last = shorten(name.slice(name.lastIndexOf("/") + 1).toWellFormed());
  const encoded = encodeURIComponent(last).replaceAll(
    NOT_ATTR_CHAR,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${last.replaceAll(NOT_PLAIN, "_")}"; filename*=UTF-8''${encoded}`;
}

/** Keeps the end, which says what the file is. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  return [...characters.slice(0, MAX_CHARACTERS / 2), ...characters.slice(-MAX_CHARACTERS / 2)].join("");
}
