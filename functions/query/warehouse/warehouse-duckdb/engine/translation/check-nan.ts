import { unsupported } from "../failure.ts";
import type { Token } from "../syntax/lexer.ts";
import { isSymbol, isWord } from "../syntax/syntax-tree.ts";

const COMPARING_SYMBOLS = ["=", "<>", "!=", "<", "<=", ">", ">="];
const COMPARING_WORDS = ["ORDER", "BETWEEN", "IN", "MIN", "MAX", "LEAST", "GREATEST", "MIN_BY", "MAX_BY"];

/**
 * For GoogleSQL every comparison with NaN is false, and it sorts before all numbers; for DuckDB it equals itself and is the largest.
 * @throws StatementFailure `unsupported_sql` for a statement that spells out NaN and compares or sorts anything
 */
export function checkNan(tokens: readonly Token[]): void {
  const spellsNan = tokens.some(
    ({ kind, text }, i) =>
      kind === "string" &&
      /^\s*[+-]?nan\s*$/i.test(text) &&
      isWord(tokens[i - 2], "CAST", "SAFE_CAST") &&
      isWord(tokens[i + 1], "AS"),
  );
  if (!spellsNan) return;
  const compares = tokens.some(
    (token) => COMPARING_SYMBOLS.some((text) => isSymbol(token, text)) || isWord(token, ...COMPARING_WORDS),
  );
  if (compares) throw unsupported("Comparing or sorting NaN");
}
