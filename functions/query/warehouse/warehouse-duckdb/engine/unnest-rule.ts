import { type Cursor, type Group, isParentheses, isSymbol, isWord, type Node } from "./syntax-tree.ts";

/** Words that end a table and so are no alias of it. */
const AFTER_TABLE = [
  ...[
    "WHERE",
    "GROUP",
    "ORDER",
    "LIMIT",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "ON",
    "USING",
  ],
  ...["JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "WITH", "PIVOT", "UNPIVOT", "TABLESAMPLE", "AS"],
];

/**
 * Writes UNNEST. In FROM it becomes what its aliases ask for: rows alone, rows with their offset from 0, or, without an alias,
 * the fields of its structs as columns. After IN it stays.
 */
export function rewriteUnnest(cursor: Cursor, group: Group): void {
  const previous = cursor.nodes[cursor.at - 1];
  const value = cursor.write(group.items);
  if (isWord(previous, "IN")) {
    cursor.out.push(`UNNEST(${value})`);
    cursor.at += 2;
    return;
  }
  const isOuter = isWord(previous, "JOIN") && !isWord(cursor.nodes[cursor.at - 2], "CROSS");
  cursor.at += 2;
  const alias = readAlias(cursor);
  const offset = readOffset(cursor);
  const needsCondition = isOuter && !isWord(cursor.nodes[cursor.at], "ON", "USING");
  cursor.out.push(tableText(value, alias, offset, group.items) + (needsCondition ? " ON TRUE" : ""));
}

function tableText(
  value: string,
  alias: string | null,
  offset: string | null,
  items: readonly Node[],
): string {
  const structs = isStructList(items);
  if (offset !== null) {
    const rows =
      alias !== null && !structs ? `GS_UNNEST_ROWS(${value}) AS ${alias}` : `GS_UNNEST_FIELDS(${value})`;
    const table = `(SELECT ${rows}, GS_UNNEST_OFFSETS(${value}) AS ${offset})`;
    return alias !== null && structs ? `${table} AS ${alias}` : table;
  }
  if (alias === null) return `(SELECT GS_UNNEST_FIELDS(${value}))`;
  return structs ? `(SELECT GS_UNNEST_FIELDS(${value})) AS ${alias}` : `UNNEST(${value}) AS ${alias}`;
}

/** True for an array written out of structs: its fields are columns. */
function isStructList(items: readonly Node[]): boolean {
  const list = items.at(-1);
  if (list?.kind !== "group" || list.open !== "[") return false;
  const [first] = list.items;
  return isWord(first, "STRUCT") || (isParentheses(first) && first.items.some((node) => isSymbol(node, ",")));
}

function readAlias(cursor: Cursor): string | null {
  let at = cursor.at;
  if (isWord(cursor.nodes[at], "AS")) at += 1;
  const node = cursor.nodes[at];
  if (node?.kind !== "quoted" && !(node?.kind === "word" && !isWord(node, ...AFTER_TABLE))) return null;
  cursor.at = at + 1;
  return `\`${node.text.replaceAll("`", "")}\``;
}

function readOffset(cursor: Cursor): string | null {
  if (!isWord(cursor.nodes[cursor.at], "WITH") || !isWord(cursor.nodes[cursor.at + 1], "OFFSET")) return null;
  cursor.at += 2;
  return readAlias(cursor) ?? "`offset`";
}
