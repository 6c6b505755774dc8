import { unsupported } from "../failure.ts";
import { isSymbol, isWord, type Node } from "./syntax-tree.ts";

/** How tightly operators of bits bind in GoogleSQL; in DuckDB all bind alike, from left to right. `^` becomes a call. */
const TIGHTNESS: Readonly<Record<string, number>> = { "<<": 3, ">>": 3, "&": 2, "|": 1 };

const ENDS_CHAIN = [",", "=", "<>", "!=", "<", "<=", ">", ">="];
const ENDING_WORDS = [
  ...["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE", "END", "AS", "ON", "BY"],
  ...["IN", "IS", "LIKE", "BETWEEN", "HAVING", "QUALIFY", "LIMIT"],
];

/**
 * Refuses `a | b & c` and the like, which the two read in another order
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence).
 * @throws StatementFailure `unsupported_sql`
 */
export function checkBits(nodes: readonly Node[]): void {
  let loosest = Number.POSITIVE_INFINITY;
  for (const node of nodes) {
    if (node.kind === "group") checkBits(node.items);
    if (isWord(node, ...ENDING_WORDS) || ENDS_CHAIN.some((text) => isSymbol(node, text)))
      loosest = Number.POSITIVE_INFINITY;
    const tightness = node.kind === "symbol" ? TIGHTNESS[node.text] : undefined;
    if (tightness === undefined) continue;
    if (tightness > loosest) throw unsupported("A mix of |, &, << and >> without brackets");
    loosest = Math.min(loosest, tightness);
  }
}
