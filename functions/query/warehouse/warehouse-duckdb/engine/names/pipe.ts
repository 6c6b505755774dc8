import { StatementFailure } from "../failure.ts";
import { toGroup, toName, toSymbol, toWord } from "../syntax/query-parts.ts";
import { isName, readSelectList } from "../syntax/select-list.ts";
import { isSymbol, isWord, type Node } from "../syntax/syntax-tree.ts";

/** A query that pipe operators are added to, clause by clause. */
export interface Pipe {
  /** Any node, for the places of made-up ones. */
  readonly place: Node;
  readonly from: readonly Node[];
  readonly where: readonly Node[];
  /** What is selected; null for everything. */
  readonly list: readonly Node[] | null;
  readonly groupBy: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly limit: readonly Node[];
}

/** The pipe so far as a table, which keeps the alias of a single table: later operators may still use it. */
export function nest(pipe: Pipe): Pipe {
  const alias = aliasOf(pipe.from);
  const from: Node[] = [toGroup(toQuery(named(pipe)), pipe.place)];
  if (alias !== null && pipe.groupBy.length === 0)
    from.push(toWord("AS", pipe.place), toName(alias, pipe.place));
  return { place: pipe.place, from, where: [], list: null, groupBy: [], orderBy: [], limit: [] };
}

/** Columns without a name get the one that they would have in the result. */
export function named(pipe: Pipe): Pipe {
  if (pipe.list === null) return pipe;
  const list = readSelectList(pipe.list);
  let unnamed = 0;
  const items = list.items.map((item) => {
    if (item.name !== null || item.isStar) return item.nodes;
    unnamed += 1;
    return [...item.nodes, toWord("AS", pipe.place), toName(`f${unnamed - 1}_`, pipe.place)];
  });
  const as = list.as === null ? [] : [toWord("AS", pipe.place), toWord(list.as, pipe.place)];
  return { ...pipe, list: [...list.prefix, ...as, ...commaList(items, pipe.place)] };
}

function aliasOf(from: readonly Node[]): string | null {
  const last = from.at(-1);
  if (!isName(last) || from.some((node) => isSymbol(node, ",") || isWord(node, "JOIN", "UNNEST")))
    return null;
  const name = last.text.split(".").at(-1) ?? "";
  return name === "" || name.includes("*") ? null : name;
}

/** The pipe so far as one query. */
export function toQuery(pipe: Pipe): Node[] {
  const { place, from, where, list, groupBy, orderBy, limit } = pipe;
  const word = (text: string) => toWord(text, place);
  return [
    ...[word("SELECT"), ...(list ?? [toSymbol("*", place)]), word("FROM"), ...from],
    ...(where.length > 0 ? [word("WHERE"), ...where] : []),
    ...(groupBy.length > 0 ? [word("GROUP"), word("BY"), ...groupBy] : []),
    ...(orderBy.length > 0 ? [word("ORDER"), word("BY"), ...orderBy] : []),
    ...(limit.length > 0 ? [word("LIMIT"), ...limit] : []),
  ];
}

/** The items with a comma between each two. */
export function commaList(items: readonly (readonly Node[])[], place: Node): Node[] {
  return items.flatMap((item, i) => (i === 0 ? [...item] : [toSymbol(",", place), ...item]));
}

/** A pipe of which only tables and conditions are known. */
export function plain(pipe: Pipe): Pipe {
  return pipe.list !== null || pipe.orderBy.length > 0 || pipe.limit.length > 0 ? nest(pipe) : pipe;
}

/** Words in capitals, as messages and the table of operators have them. */
export function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => ("text" in node ? node.text.toUpperCase() : "")).join(" ");
}

/** @param wanted what stands in the place of what was found */
export function invalid(wanted: string): StatementFailure {
  return new StatementFailure("invalid_query", `Syntax error in pipe syntax: expected ${wanted}.`);
}
