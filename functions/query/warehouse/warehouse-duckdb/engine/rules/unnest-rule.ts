import {
  type Cursor,
  type Group,
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
  type Write,
} from "../syntax/syntax-tree.ts";

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
  const row = readRowName(cursor);
  const needsCondition = isOuter && !isWord(cursor.nodes[cursor.at], "ON", "USING");
  const series = offset === null ? seriesText(cursor.write, alias, group.items) : null;
  const table =
    row === null
      ? (series ?? tableText(value, { alias, offset, items: group.items, showsAll: selectsStar(cursor) }))
      : rowText(value, alias, offset, row);
  cursor.out.push(needsCondition ? `${table} ON TRUE` : table);
}

/** UNNEST(GENERATE_ARRAY(…)) makes its rows one after another: as an array, a long one costs DuckDB hundreds of megabytes. */
function seriesText(write: Write, alias: string | null, items: readonly Node[]): string | null {
  const [name, call] = items;
  if (items.length !== 2 || !isWord(name, "GENERATE_ARRAY") || !isParentheses(call)) return null;
  if (call.items.some((node) => node.kind === "number" && /[.e]/i.test(node.text))) return null;
  const [from, to, step = "1"] = splitByComma(call.items).map(write);
  if (from === undefined || to === undefined) return null;
  const series = `GS_SERIES(GS_WHOLE(${from}), GS_SERIES_END(${from}, ${to}, ${step}), GS_WHOLE(${step}))`;
  return `(SELECT GS_SERIES_VALUE AS ${alias ?? "f0_"} FROM ${series})`;
}

/** How the rows of an array are shown. */
interface Shown {
  readonly alias: string | null;
  readonly offset: string | null;
  readonly items: readonly Node[];
  /** True when `*` shows every column there is. */
  readonly showsAll: boolean;
}

/**
 * A subquery and not a table function: DuckDB copies the whole array beside each row of a table function. The fields of structs
 * can be named with the alias and without; where there are no structs, the column for them has a name that nothing asks for.
 */
function tableText(value: string, { alias, offset, items, showsAll }: Shown): string {
  const hasFields = alias === null || isStructList(items);
  const fields = `GS_UNNEST_FIELDS(${value}, GS_MAX_DEPTH)`;
  const offsets = offset === null ? "" : `, GS_UNNEST_OFFSETS(${value}) AS ${offset}`;
  if (hasFields) return `(SELECT ${fields}${offsets})${alias === null ? "" : ` AS ${alias}`}`;
  return `(SELECT GS_UNNEST_ROWS(${value}) AS ${alias}${showsAll ? "" : `, ${fields}`}${offsets})`;
}

/** True when the SELECT of this FROM has a `*` of its own. */
function selectsStar({ nodes, at }: Cursor): boolean {
  const start = nodes.slice(0, at).findLastIndex((node) => isWord(node, "SELECT"));
  return nodes
    .slice(start, at)
    .some(
      (node, i, list) =>
        isSymbol(node, "*") &&
        (isSymbol(list[i - 1], ",") || isWord(list[i - 1], "SELECT", "DISTINCT", "ALL")),
    );
}

/**
 * Ends the translation of UNNEST: writes what no macro can stand for, a table function and the argument that turns structs into
 * columns.
 * @param sql what the translator wrote
 */
export function restoreUnnest(sql: string): string {
  return sql.replace(QUOTED_OR_MARK, (found) => MARKS[found] ?? found);
}

const QUOTED_OR_MARK =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\bGS_UNNEST_FIELDS\b|\bGS_(?:MAX_DEPTH|SERIES|SERIES_VALUE)\b/g;
const MARKS: Readonly<Record<string, string>> = {
  GS_UNNEST_FIELDS: "unnest",
  GS_MAX_DEPTH: "max_depth := 2",
  GS_SERIES: "generate_series",
  GS_SERIES_VALUE: "generate_series",
};

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

/** The name that the resolver gives to the rows of an element that hides a column. */
function readRowName(cursor: Cursor): string | null {
  const [as, name] = cursor.nodes.slice(cursor.at, cursor.at + 2);
  if (!isWord(as, "AS") || name?.kind !== "name") return null;
  cursor.at += 2;
  return `\`${name.text.replaceAll("`", "")}\``;
}

/** Named from outside: within, the array's column and its element would have one name. */
function rowText(value: string, alias: string | null, offset: string | null, row: string): string {
  const offsets = offset === null ? "" : `, GS_UNNEST_OFFSETS(${value}) AS ${offset}`;
  return `(SELECT GS_UNNEST_ROWS(${value})${offsets}) AS ${row}(${alias ?? "f0_"})`;
}

function readOffset(cursor: Cursor): string | null {
  if (!isWord(cursor.nodes[cursor.at], "WITH") || !isWord(cursor.nodes[cursor.at + 1], "OFFSET")) return null;
  cursor.at += 2;
  return readAlias(cursor) ?? "`offset`";
}
