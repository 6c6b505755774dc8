import { unsupported } from "../failure.ts";
import { type Clause, toGroup, toName, toSymbol, toWord } from "../syntax/query-parts.ts";
import { readSelectList, type SelectItem, type SelectList } from "../syntax/select-list.ts";
import { isParentheses, isWord, type Node } from "../syntax/syntax-tree.ts";

/** Where a query stands: its rows are a table, or its one column is a value. */
export type QueryUse = "table" | "value";

/** The name of the row that becomes a STRUCT. */
const ROW = "gs_row";

/**
 * Writes a SELECT, and SELECT AS STRUCT or AS VALUE without these words: where rows are wanted, the fields of the one value are
 * the columns; where a value is wanted, the row of a table is a STRUCT.
 * @throws StatementFailure `unsupported_sql` when it cannot be known which columns a value has
 */
export function selectAs(clauses: readonly Clause[], use: QueryUse): Node[] {
  const [select] = clauses;
  const list = select?.kind === "SELECT" ? readSelectList(select.body) : null;
  const place = select?.keyword[0];
  if (list === null || place === undefined || list.as === null) return toNodes(clauses);
  if (list.as === "VALUE") {
    const [value, ...more] = list.items;
    if (value === undefined || more.length > 0) throw unsupported("SELECT AS VALUE of more than one value");
    return toNodes(withList(clauses, list, use === "value" ? [value.nodes] : fieldsOf(value), place));
  }
  if (use === "table")
    return toNodes(
      withList(
        clauses,
        list,
        list.items.map(({ nodes }) => nodes),
        place,
      ),
    );
  return asRows(toNodes(withList(clauses, list, list.items.map(namedField), place)), place);
}

/** The rows of a query, each as one STRUCT. */
export function asRows(query: readonly Node[], place: Node): Node[] {
  return [
    toWord("SELECT", place),
    toName(ROW, place),
    toWord("FROM", place),
    toGroup(query, place),
    toWord("AS", place),
    toName(ROW, place),
  ];
}

function toNodes(clauses: readonly Clause[]): Node[] {
  return clauses.flatMap(({ keyword, body }) => [...keyword, ...body]);
}

function withList(
  clauses: readonly Clause[],
  { prefix }: SelectList,
  items: readonly (readonly Node[])[],
  place: Node,
): Clause[] {
  const list = items.flatMap((item, i) => (i === 0 ? item : [toSymbol(",", place), ...item]));
  return clauses.map((clause, i) => (i === 0 ? { ...clause, body: [...prefix, ...list] } : clause));
}

/** A field without a name has none in GoogleSQL; in the answer it is called by its place. */
function namedField(item: SelectItem, index: number): readonly Node[] {
  const place = item.nodes[0];
  if (item.name !== null || item.isStar || place === undefined) return item.nodes;
  return [...item.nodes, toWord("AS", place), toName(`_field_${index + 1}`, place)];
}

/** The columns of `SELECT AS VALUE STRUCT(…)`. */
function fieldsOf({ value }: SelectItem): (readonly Node[])[] {
  const [word, group] = value;
  if (value.length !== 2 || !isWord(word, "STRUCT") || !isParentheses(group)) {
    throw unsupported("SELECT AS VALUE of anything but STRUCT(…)");
  }
  return [group.items];
}
