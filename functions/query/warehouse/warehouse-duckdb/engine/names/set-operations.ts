import { StatementFailure, unsupported } from "../failure.ts";
import { type Clause, toGroup, toSymbol, toWord } from "../syntax/query-parts.ts";
import { isName, readSelectList, type SelectItem, type SelectList } from "../syntax/select-list.ts";
import { isParentheses, isSymbol, isWord, type Node, splitByComma } from "../syntax/syntax-tree.ts";
import type { QueryUse } from "./select-as.ts";

/** The queries that UNION and the like combine. */
export interface Compound {
  readonly operands: readonly (readonly Clause[])[];
  /** The operator with its words, such as `UNION ALL`. */
  readonly operator: readonly Node[];
  /** ORDER BY and LIMIT of the whole. */
  readonly tail: readonly Clause[];
}

/**
 * Reads a query of several queries; null when it is one.
 * @throws StatementFailure `invalid_query` for an operator without ALL or DISTINCT, and for different ones without brackets;
 * `unsupported_sql` for columns that are matched by name and are not the same in all
 */
export function readCompound(clauses: readonly Clause[]): Compound | null {
  const operators = clauses.filter(({ kind }) => kind === "SET");
  const [first] = operators;
  if (first === undefined) return null;
  const operands: Clause[][] = [[]];
  const tail: Clause[] = [];
  for (const clause of clauses) {
    if (clause.kind === "SET") operands.push([]);
    else if (clause.kind === "ORDER" || clause.kind === "LIMIT") tail.push(clause);
    else operands.at(-1)?.push(clause);
  }
  const operator = checkOperators(operators.map(({ keyword, body }) => textOf([...keyword, ...body])));
  const matched = operator.endsWith("BY NAME") ? inOneOrder(operands) : operands;
  return { operands: alignStructs(matched), operator: first.keyword, tail };
}

const OPERATOR = /^(UNION (ALL|DISTINCT)( BY NAME)?|(INTERSECT|EXCEPT) DISTINCT)$/;

function checkOperators(texts: readonly string[]): string {
  const [first = ""] = texts;
  const other = texts.find((text) => !OPERATOR.test(text));
  if (other !== undefined) {
    if (!/^(UNION|INTERSECT|EXCEPT)$/.test(other)) throw unsupported(`The set operation ${other}`);
    throw new StatementFailure("invalid_query", `Syntax error: write ALL or DISTINCT after ${other}.`);
  }
  if (texts.every((text) => text === first)) return first;
  throw new StatementFailure(
    "invalid_query",
    "Different set operations need brackets that say which comes first: (… UNION ALL …) EXCEPT DISTINCT ….",
  );
}

function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => ("text" in node ? node.text.toUpperCase() : "(")).join(" ");
}

/** BY NAME: columns in the order of the first query. All must list the same, or GoogleSQL has an error. */
function inOneOrder(operands: readonly (readonly Clause[])[]): readonly (readonly Clause[])[] {
  const lists = operands.map(([select]) => (select?.kind === "SELECT" ? readSelectList(select.body) : null));
  const names = (list: SelectList | null) => list?.items.map(({ name }) => name?.toLowerCase() ?? "") ?? [""];
  const wanted = names(lists[0] ?? null);
  const isAlike = lists.every((list) => [...names(list)].sort().join() === [...wanted].sort().join());
  if (!isAlike || wanted.includes("") || new Set(wanted).size < wanted.length)
    throw unsupported("A set operation BY NAME of columns that are not listed alike in each query");
  return operands.map(([select, ...rest], i) => {
    const list = lists[i];
    if (select === undefined || list == null) return rest;
    const items = wanted.map((name) => list.items[names(list).indexOf(name)]?.nodes ?? []);
    return [{ ...select, body: [...list.prefix, ...withCommas(items, select.keyword[0] as Node)] }, ...rest];
  });
}

/** The fields of a STRUCT meet those of the first query's by place; DuckDB matches names and adds what it does not find. */
function alignStructs(operands: readonly (readonly Clause[])[]): readonly (readonly Clause[])[] {
  const [first] = operands[0] ?? [];
  if (first?.kind !== "SELECT") return operands;
  const wanted = readSelectList(first.body);
  return operands.map((operand) => {
    const [select, ...rest] = operand;
    if (select?.kind !== "SELECT") return operand;
    const list = readSelectList(select.body);
    if (list.items.length !== wanted.items.length || list.as === "VALUE") return operand;
    const place = select.keyword[0] as Node;
    const items = list.items.map((item, i) => {
      const model = wanted.items[i];
      const value = aligned(item.nodes, model?.value ?? []);
      // The columns of SELECT AS STRUCT are fields too.
      const isField = list.as === "STRUCT" && !item.isStar && model?.isStar === false;
      return isField
        ? [...aligned(item.value, model.value), ...named(model.name ?? `_field_${i + 1}`, place)]
        : value;
    });
    const as = list.as === null ? [] : [toWord("AS", place), toWord(list.as, place)];
    return [{ ...select, body: [...list.prefix, ...as, ...withCommas(items, place)] }, ...rest];
  });
}

/** True when each of the queries is a SELECT AS STRUCT. */
export function selectsStructs({ operands }: Compound): boolean {
  return operands.every(
    ([select]) => select?.kind === "SELECT" && readSelectList(select.body).as === "STRUCT",
  );
}

function named(name: string, place: Node): Node[] {
  return [toWord("AS", place), { kind: "quoted", text: name, start: place.start, end: place.end }];
}

/** A text beside a literal of these types is one of them. */
const TEXT_TYPES = ["DATE", "DATETIME", "TIMESTAMP", "TIME"];

/** Gives the STRUCTs of a value the names that those at the same places of another have, and texts the type of a date. */
function aligned(value: readonly Node[], wanted: readonly Node[]): readonly Node[] {
  const isText = value[0]?.kind === "string" && (value.length === 1 || isWord(value[1], "AS"));
  if (isText && isWord(wanted[0], ...TEXT_TYPES) && wanted[1]?.kind === "string")
    return [wanted[0], ...value];
  const [group, model] = [structGroup(value), structGroup(wanted)];
  if (group !== null && model !== null) return alignedStruct(value, group, model);
  const [list, first] = [value[0], wanted[0]];
  if (list?.kind !== "group" || first?.kind !== "group" || list.open !== "[" || first.open !== "[")
    return value;
  const [element = []] = splitByComma(first.items);
  const items = splitByComma(list.items).map((item) => aligned(item, element));
  return [{ ...list, items: withCommas(items, list) }, ...value.slice(1)];
}

function alignedStruct(value: readonly Node[], group: Node, model: Node): readonly Node[] {
  const fields = isParentheses(group) ? splitByComma(group.items).map(fieldOf) : [];
  const names = isParentheses(model) ? splitByComma(model.items).map(fieldOf) : [];
  if (fields.length !== names.length) return value;
  const items = fields.map((field, i) => {
    const inner = aligned(field.value, names[i]?.value ?? []);
    const name = names[i]?.name ?? field.name ?? `_field_${i + 1}`;
    return [...inner, ...named(name, group)];
  });
  const at = value.indexOf(group);
  return [toWord("STRUCT", group), toGroup(withCommas(items, group), group), ...value.slice(at + 1)];
}

function fieldOf(nodes: readonly Node[]): SelectItem {
  return (
    readSelectList(nodes).items[0] ?? { name: null, isExplicit: false, isStar: false, value: nodes, nodes }
  );
}

/** The brackets of `STRUCT(…)` or of `(a, b)`, when nothing but an alias follows. */
function structGroup(value: readonly Node[]): Node | null {
  const isStruct = isWord(value[0], "STRUCT");
  const [group, ...alias] = isStruct ? value.slice(1) : value;
  const isTuple = isParentheses(group) && group.items.some((node) => isSymbol(node, ","));
  const isAlias = alias.length === 0 || (alias.length === 1 && isName(alias[0])) || isWord(alias[0], "AS");
  return isAlias && isParentheses(group) && (isStruct || isTuple) ? group : null;
}

function withCommas(items: readonly (readonly Node[])[], place: Node): Node[] {
  return items.flatMap((item, i) => (i === 0 ? [...item] : [toSymbol(",", place), ...item]));
}

/**
 * Writes the whole from its operands, each in brackets: without them the translator takes what follows a subquery in FROM for a
 * part of it. As a value it is a query of its own, because the translator does not read `ARRAY((…) UNION ALL (…))`.
 */
export function writeCompound(
  compound: Compound,
  operands: readonly (readonly Node[])[],
  use: QueryUse,
): Node[] {
  const place = compound.operator[0] as Node;
  const whole = operands.flatMap((operand, i) => {
    const [only] = operand;
    const inBrackets = operand.length === 1 && isParentheses(only) ? only : toGroup(operand, place);
    return i === 0 ? [inBrackets] : [...compound.operator, inBrackets];
  });
  if (use === "table") return whole;
  return [toWord("SELECT", place), toSymbol("*", place), toWord("FROM", place), toGroup(whole, place)];
}

/**
 * Rows that are written out, `SELECT 1 AS a UNION ALL SELECT 2`, as one list: DuckDB computes the queries of a UNION ALL side by
 * side, and what has no ORDER BY would come in any order.
 * @returns null when they hold more than values
 */
export function toRows({ operands, operator }: Compound, use: QueryUse): Node[] | null {
  const place = operator[0] as Node;
  const lists = operands.map((operand) => (operand.length === 1 ? plainList(operand[0]) : null));
  const [first] = lists;
  if (textOf(operator) !== "UNION ALL" || first == null) return null;
  const names = first.items.map(({ name }) => name);
  const isAlike = lists.every((list) => list?.items.length === names.length);
  const isNamed = !names.includes(null) && new Set(names).size === names.length;
  if (!isAlike || !(isNamed || (use === "value" && names.length === 1))) return null;
  const sql = (text: string) => ({ kind: "sql" as const, text, start: place.start, end: place.end });
  const columns = names.map((name, i) => [sql(`gs_${i + 1}`), ...named(name ?? `f${i}_`, place)]);
  const rows = lists.map((list) => [
    toGroup(withCommas(list?.items.map(({ value }) => value) ?? [], place), place),
  ]);
  const table = toGroup([sql("VALUES"), ...withCommas(rows, place)], place);
  const aliases = `\`gs_rows\`(${names.map((_, i) => `gs_${i + 1}`).join(", ")})`;
  return [
    toWord("SELECT", place),
    ...withCommas(columns, place),
    toWord("FROM", place),
    table,
    toWord("AS", place),
    sql(aliases),
  ];
}

function plainList(clause: Clause | undefined): SelectList | null {
  if (clause?.kind !== "SELECT") return null;
  const list = readSelectList(clause.body);
  const isPlain = list.prefix.length === 0 && list.as === null;
  return isPlain && list.items.every(({ value }) => isConstant(value)) ? list : null;
}

const CONSTANT_WORDS = [
  ...[
    "NULL",
    "TRUE",
    "FALSE",
    "AS",
    "DATE",
    "TIMESTAMP",
    "DATETIME",
    "TIME",
    "NUMERIC",
    "BIGNUMERIC",
    "JSON",
  ],
  ...["INT64", "FLOAT64", "STRING", "BYTES", "BOOL", "ARRAY", "STRUCT", "CAST"],
];

/** Literals, with the brackets of arrays and structs around them. */
function isConstant(nodes: readonly Node[]): boolean {
  return nodes.every((node, i) => {
    if (node.kind === "group") return isConstant(node.items);
    if (node.kind === "string" || node.kind === "number" || node.kind === "bytes") return true;
    if (node.kind === "symbol") return node.text === "," || node.text === "-" || node.text === "+";
    const isFieldName = (node.kind === "word" || node.kind === "quoted") && isWord(nodes[i - 1], "AS");
    return isFieldName || isWord(node, ...CONSTANT_WORDS);
  });
}
