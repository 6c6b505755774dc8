import { toGroup, toName, toSymbol, toWord } from "../syntax/query-parts.ts";
import { isParentheses, isSymbol, isWord, type Node, splitByComma } from "../syntax/syntax-tree.ts";
import type { FromClause } from "./from-clause.ts";

/**
 * Writes the stars of a SELECT list as GoogleSQL means them: _TABLE_SUFFIX is a pseudo-column, which `*` does not show, and the
 * columns of USING come first.
 */
export function hideFromStars(list: readonly Node[], { wildcards, using }: FromClause): readonly Node[] {
  if (wildcards.size === 0 && using.length === 0) return list;
  const items = splitByComma(list).map((item) => starItem(item, wildcards, using));
  return items.flatMap((item, i) => [
    ...(i === 0 || item[0] === undefined ? [] : [toSymbol(",", item[0])]),
    ...item,
  ]);
}

function starItem(item: readonly Node[], wildcards: ReadonlySet<string>, using: readonly string[]): Node[] {
  const star = item.findIndex((node, i) => isSymbol(node, "*") && isStar(item, i));
  const place = item[star];
  if (place === undefined) return [...item];
  const owner = isSymbol(item[star - 1], ".") ? item[star - 2] : undefined;
  const isAll = owner === undefined;
  const hasWildcard = isAll ? wildcards.size > 0 : "text" in owner && wildcards.has(owner.text.toLowerCase());
  const excepted = isWord(item[star + 1], "EXCEPT") ? item[star + 2] : undefined;
  const listed = isParentheses(excepted) ? excepted.items : [];
  const names = new Set(listed.flatMap((node) => ("text" in node ? [node.text.toLowerCase()] : [])));
  const rest = item.slice(star + (listed.length > 0 ? 3 : 1));
  const first = isAll && rest.length === 0 ? using.filter((name) => !names.has(name.toLowerCase())) : [];
  const hidden = [...(hasWildcard ? ["_TABLE_SUFFIX"] : []), ...first];
  if (hidden.length === 0) return [...item];
  const except = [...splitByComma(listed), ...hidden.map((name) => [toName(name, place)])];
  return [
    ...item.slice(0, isAll ? star : star - 2),
    ...first.flatMap((name) => [toName(name, place), toSymbol(",", place)]),
    ...item.slice(isAll ? star : star - 2, star + 1),
    toWord("EXCEPT", place),
    toGroup(
      except.flatMap((nodes, i) => (i === 0 ? nodes : [toSymbol(",", place), ...nodes])),
      place,
    ),
    ...rest,
  ];
}

/** A star that multiplies stands after a value. */
function isStar(item: readonly Node[], at: number): boolean {
  const before = item[at - 1];
  return before === undefined || isSymbol(before, ".") || isWord(before, "DISTINCT", "ALL", "STRUCT");
}
