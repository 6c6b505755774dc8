import { unsupported } from "../failure.ts";

/** Each of these changes what a query answers. */
const WORDS = [
  ...["IGNORE", "DISTINCT", "LIMIT", "WHERE", "QUALIFY", "HAVING", "GROUP", "ORDER", "PARTITION", "OVER"],
  ...["ROWS", "RANGE", "PRECEDING", "FOLLOWING", "NOT", "JOIN", "UNION", "INTERSECT", "EXCEPT", "RECURSIVE"],
] as const;

/** What the translator writes for some of them; GoogleSQL has neither word. */
const WRITTEN_AS: Readonly<Record<string, string>> = { EXCLUDE: "EXCEPT", FILTER: "IGNORE" };

const QUOTED = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/gs;

/**
 * Compares what the translator was given with what it wrote: a clause that it has dropped would give an answer to another question.
 * @throws StatementFailure `unsupported_sql` that names the clause
 */
export function checkKept(given: string, written: string): void {
  const before = countWords(given);
  const after = countWords(written);
  for (const word of WORDS) {
    if ((after.get(word) ?? 0) < (before.get(word) ?? 0)) throw unsupported(`${word} in this place`);
  }
}

function countWords(sql: string): Map<string, number> {
  const counts = new Map<string, number>();
  const plain = sql.replace(QUOTED, "''").toUpperCase();
  // Combining queries keeps distinct rows without saying so.
  for (const [word] of plain
    .replace(/\b(UNION|INTERSECT|EXCEPT)\s+DISTINCT\b/g, "$1")
    .matchAll(/\b[A-Z]+\b/g)) {
    const kept = WRITTEN_AS[word] ?? word;
    counts.set(kept, (counts.get(kept) ?? 0) + 1);
  }
  return counts;
}
