import { unsupported } from "../failure.ts";
import {
  type Group,
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
  type Write,
} from "../syntax/syntax-tree.ts";
import { AGGREGATE_RULES } from "./aggregate-rules.ts";

/** A value with the name of its column, null where GoogleSQL has no name for it. */
interface Named {
  readonly value: readonly Node[];
  readonly alias: string | null;
}

/**
 * Writes each `PIVOT (…)` and `UNPIVOT (…)` at this level, with the table before it, as a subquery
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#pivot_operator): DuckDB names and orders the columns
 * in another way.
 */
export function writePivots(nodes: readonly Node[], write: Write): readonly Node[] {
  const at = nodes.findIndex((node) => isWord(node, "PIVOT", "UNPIVOT"));
  const isWithNulls = isWord(nodes[at + 1], "INCLUDE", "EXCLUDE") && isWord(nodes[at + 2], "NULLS");
  const group = nodes[at + (isWithNulls ? 3 : 1)];
  if (at < 1 || !isParentheses(group)) return nodes;
  const start =
    nodes.slice(0, at).findLastIndex((node) => isWord(node, "FROM", "JOIN") || isSymbol(node, ",")) + 1;
  const table = write(nodes.slice(start, at));
  const text = isWord(nodes[at], "PIVOT")
    ? pivotText(table, group, write)
    : unpivotText(table, group, write, isWord(nodes[at + 1], "INCLUDE"));
  const written: Node = { kind: "word", text, start: group.start, end: group.end };
  const rest = nodes.slice(nodes.indexOf(group) + 1);
  return writePivots([...nodes.slice(0, start), written, ...rest], write);
}

/** Each aggregate once for each value, over the rows that have it, grouped by every column that is not named inside. */
function pivotText(table: string, group: Group, write: Write): string {
  const { before, input, values } = readParts("PIVOT", group);
  const aggregates = splitByComma(before).map(withAlias);
  const used = [...columnsOf(input), ...aggregates.flatMap(({ value }) => columnsOf(value))];
  const columns = splitByComma(values.items)
    .map(withAlias)
    .flatMap((item) => {
      const name = item.alias ?? nameOf(item.value);
      if (name === null) throw unsupported("A value of PIVOT without an alias");
      const filter = ` FILTER (WHERE (${write(input)}) IS NOT DISTINCT FROM (${write(item.value)}))`;
      return aggregates.map(
        ({ value, alias }) =>
          `${filtered(value, filter, write)} AS ${quoted(alias === null ? name : `${alias}_${name}`)}`,
      );
    });
  return `(SELECT * EXCEPT (${distinct(used).map(quoted).join(", ")}), ${columns.join(", ")} FROM ${table} GROUP BY ALL)`;
}

function filtered(call: readonly Node[], filter: string, write: Write): string {
  const [name, group] = call;
  const rule = name?.kind === "word" ? AGGREGATE_RULES[name.text.toUpperCase()] : undefined;
  if (rule === undefined || call.length !== 2 || !isParentheses(group))
    throw unsupported("This form of PIVOT");
  return rule(group.items, write, filter);
}

/** A row for each column, with its values first and then its name. */
function unpivotText(table: string, group: Group, write: Write, withNulls: boolean): string {
  const { before, input, values } = readParts("UNPIVOT", group);
  const names = parts(before);
  const rows = splitByComma(values.items).map(withLabel);
  const labels = write(input);
  const structs = rows.map(({ columns, label }) => {
    const fields = columns.map((column, i) => `${write(column)} AS ${write(names[i] ?? [])}`);
    return `STRUCT(${fields.join(", ")}, ${label === null ? quotedText(columns) : write(label)} AS ${labels})`;
  });
  const used = rows.flatMap(({ columns }) => columns.flatMap(columnsOf));
  const filter = withNulls
    ? ""
    : ` WHERE NOT (${names.map((name) => `${write(name)} IS NULL`).join(" AND ")})`;
  const source = `${table}, (SELECT GS_UNNEST_FIELDS([${structs.join(", ")}], GS_MAX_DEPTH))`;
  return `(SELECT * EXCEPT (${distinct(used).map(quoted).join(", ")}) FROM ${source}${filter})`;
}

function readParts(name: string, group: Group) {
  const at = group.items.findIndex((node) => isWord(node, "FOR"));
  const inAt = group.items.findLastIndex((node) => isWord(node, "IN"));
  const values = group.items[inAt + 1];
  if (at < 1 || inAt < at || !isParentheses(values)) throw unsupported(`This form of ${name}`);
  return { before: group.items.slice(0, at), input: group.items.slice(at + 1, inAt), values };
}

/** One item, or the items of a list in brackets. */
function parts(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const [only] = nodes;
  return nodes.length === 1 && isParentheses(only) ? splitByComma(only.items) : [nodes];
}

function withAlias(nodes: readonly Node[]): Named {
  const last = nodes.at(-1);
  const hasAs = isWord(nodes.at(-2), "AS");
  const isName = last?.kind === "quoted" || (last?.kind === "word" && !isWord(last, "NULL", "TRUE", "FALSE"));
  if (!isName || nodes.length < 2) return { value: nodes, alias: null };
  return { value: nodes.slice(0, hasAs ? -2 : -1), alias: last.text };
}

function withLabel(nodes: readonly Node[]) {
  const as = nodes.findIndex((node) => isWord(node, "AS"));
  if (as < 0 && nodes.length > 1 && isParentheses(nodes[0])) throw unsupported("This form of UNPIVOT");
  return { columns: parts(as < 0 ? nodes : nodes.slice(0, as)), label: as < 0 ? null : nodes.slice(as + 1) };
}

/** The name of a column that has a constant's values. */
function nameOf(value: readonly Node[]): string | null {
  const [first, second] = value;
  const isMinus = isSymbol(first, "-");
  const number = isMinus ? second : first;
  if (number?.kind === "number" && value.length === (isMinus ? 2 : 1))
    return `${isMinus ? "minus_" : "_"}${number.text.replace(".", "_point_")}`;
  if (isWord(first, "DATE") && second?.kind === "string" && value.length === 2)
    return `_${second.text.replaceAll("-", "_")}`;
  if (value.length !== 1) return null;
  if (first?.kind === "string") return first.text;
  return isWord(first, "TRUE", "FALSE", "NULL") ? first.text.toUpperCase() : null;
}

const NO_COLUMNS = [
  ...[
    "DISTINCT",
    "IGNORE",
    "RESPECT",
    "NULLS",
    "ORDER",
    "BY",
    "ASC",
    "DESC",
    "LIMIT",
    "HAVING",
    "MAX",
    "MIN",
  ],
  ...["AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "NULL", "TRUE", "FALSE", "AS", "FROM"],
  ...["CASE", "WHEN", "THEN", "ELSE", "END"],
];
const DATE_PARTS = ["YEAR", "ISOYEAR", "QUARTER", "MONTH", "WEEK", "ISOWEEK", "DAY", "DAYOFWEEK", "HOUR"];

/** The columns that an expression names: those that do not group. */
function columnsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node, i) => {
    if (node.kind === "group") return columnsOf(node.items);
    return isColumn(node, nodes[i - 1], nodes[i + 1]) && "text" in node ? [node.text] : [];
  });
}

function isColumn(node: Node, before: Node | undefined, after: Node | undefined): boolean {
  if (isWord(before, "AS") || isSymbol(after, ".")) return false;
  if (node.kind === "quoted") return true;
  if (node.kind !== "word" || isParentheses(after) || after?.kind === "string") return false;
  const isPart = isWord(node, ...DATE_PARTS) && (isWord(after, "FROM") || isSymbol(before, ","));
  return !isPart && !isWord(node, ...NO_COLUMNS);
}

function distinct(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "")}\``;
}

function quotedText(columns: readonly (readonly Node[])[]): string {
  const names = columns
    .map((column) => column.at(-1))
    .map((node) => (node && "text" in node ? node.text : ""));
  return `'${names.join("_").replaceAll("'", "")}'`;
}
