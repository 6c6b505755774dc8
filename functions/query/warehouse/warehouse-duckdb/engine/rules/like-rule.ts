import { quoteLiteral } from "../syntax/literal.ts";

/** Marks, in the translator's text, a pattern of LIKE in which a backslash escapes. */
const MARK = "\ue010";

/** A backslash escapes in GoogleSQL's LIKE; the translator drops what would tell DuckDB, so it is written after it. */
export function escapedPattern(pattern: string): string {
  return quoteLiteral(`${MARK}${pattern}`);
}

/**
 * Ends the translation of LIKE: says that a backslash escapes.
 * @param sql what the translator wrote
 */
export function restoreLike(sql: string): string {
  return sql.replace(/'((?:[^']|'')*)'/g, (all, text: string) =>
    text.startsWith(MARK) ? `'${text.slice(MARK.length)}' ESCAPE '\\'` : all,
  );
}
