import { StatementFailure, unsupported } from "../failure.ts";
import { type Clause, isQuery, splitClauses, toSymbol } from "../syntax/query-parts.ts";
import { isName, nameFields, readSelectList, startsValue } from "../syntax/select-list.ts";
import { isParentheses, isSymbol, isWord, type Node } from "../syntax/syntax-tree.ts";
import { type FromClause, type FromContext, type NameScope, resolveFrom } from "./from-clause.ts";
import { isPipeQuery, rewritePipes } from "./pipe-syntax.ts";
import { COPIED_NODES, resolveAliases } from "./select-aliases.ts";
import { asRows, type QueryUse, selectAs } from "./select-as.ts";
import { readCompound, selectsStructs, toRows, writeCompound } from "./set-operations.ts";
import { hideFromStars } from "./star-columns.ts";
import type { NameDefaults } from "./table-path.ts";

const EMPTY: NameScope = { queries: new Set(), tables: new Set(), elements: new Map() };

/**
 * Rewrites a statement so that no name in it needs GoogleSQL's own rules any more: tables are named in full, arrays in FROM are
 * UNNEST, aliases that hide a column are spelled out, pipes are nested queries.
 * @throws StatementFailure
 */
export function resolveNames(sql: string, nodes: readonly Node[], defaults: NameDefaults): Node[] {
  const context: FromContext = {
    sql,
    defaults,
    withSuffix: mentionsSuffix(nodes),
    budget: { left: COPIED_NODES },
    resolveQuery: (items, scope) => resolveQuery(context, items, scope, "table"),
    resolveValue: (items, scope) => resolveValue(context, items, scope),
  };
  return resolveQuery(context, nodes, EMPTY, "table");
}

function mentionsSuffix(nodes: readonly Node[]): boolean {
  return nodes.some((node) =>
    node.kind === "group" ? mentionsSuffix(node.items) : /^_TABLE_SUFFIX$/i.test(node.text),
  );
}

function resolveValue(context: FromContext, nodes: readonly Node[], scope: NameScope): Node[] {
  return nodes.flatMap((node, at): Node[] => {
    if (node.kind !== "group") return elementAt(nodes, at, scope) ?? [node];
    const items =
      node.open === "(" && isQuery(node.items)
        ? resolveQuery(context, node.items, scope, "value")
        : resolveValue(context, node.items, scope);
    return [{ ...node, items }];
  });
}

/** A name that means the element of an array, with the name of its row before it. */
function elementAt(nodes: readonly Node[], at: number, { elements }: NameScope): Node[] | null {
  const node = nodes[at];
  const row = elements.size > 0 && isName(node) ? elements.get(node.text.toLowerCase()) : undefined;
  if (!isName(node) || row === undefined || !startsValue(nodes, at)) return null;
  if (row === null && isSymbol(nodes[at + 1], ".")) return null;
  if (row === null) throw unsupported("The row of a wildcard table as a value, beside _TABLE_SUFFIX,");
  return [{ ...node, kind: "quoted", text: row }, toSymbol(".", node), node];
}

function resolveQuery(context: FromContext, nodes: readonly Node[], outer: NameScope, use: QueryUse): Node[] {
  const clauses = splitClauses(isPipeQuery(nodes) ? rewritePipes(nodes) : nodes);
  const [first, ...rest] = clauses;
  if (first?.kind !== "WITH") return resolveBody(context, clauses, outer, use);
  const named = resolveWith(context, first.body, outer);
  return [...first.keyword, ...named.nodes, ...resolveBody(context, rest, named.scope, use)];
}

function resolveBody(
  context: FromContext,
  clauses: readonly Clause[],
  scope: NameScope,
  use: QueryUse,
): Node[] {
  const compound = readCompound(clauses);
  if (compound === null) return resolveOperand(context, clauses, scope, use);
  const rows = toRows(compound, use);
  if (rows !== null) return [...rows, ...compound.tail.flatMap(({ keyword, body }) => [...keyword, ...body])];
  const [place] = compound.operator;
  if (use === "value" && place !== undefined && selectsStructs(compound)) {
    // ORDER BY after the whole names the fields, which are still columns then.
    return asRows(resolveBody(context, clauses, scope, "table"), place);
  }
  const operands = compound.operands.map((operand) => resolveOperand(context, operand, scope, use));
  const tail = compound.tail.flatMap(({ keyword, body }) => [
    ...keyword,
    ...resolveValue(context, body, scope),
  ]);
  return [...writeCompound(compound, operands, use), ...tail];
}

/** One SELECT, or a query in brackets with its own ORDER BY and LIMIT. */
function resolveOperand(
  context: FromContext,
  clauses: readonly Clause[],
  scope: NameScope,
  use: QueryUse,
): Node[] {
  if (clauses[0]?.kind === "SELECT") return resolveSelect(context, clauses, scope, use);
  return clauses.flatMap(({ kind, keyword, body }) => {
    if (kind !== "QUERY") return [...keyword, ...resolveValue(context, body, scope)];
    return body.map((node) =>
      isParentheses(node) ? { ...node, items: resolveQuery(context, node.items, scope, use) } : node,
    );
  });
}

/** A name of WITH is seen by the queries after it; with RECURSIVE by all of them. */
function resolveWith(
  context: FromContext,
  nodes: readonly Node[],
  outer: NameScope,
): { nodes: Node[]; scope: NameScope } {
  const isRecursive = isWord(nodes[0], "RECURSIVE");
  const queries = new Set(outer.queries);
  const nameAt = (at: number) => {
    const name = nodes[at];
    const isName = name?.kind === "word" || name?.kind === "quoted" || name?.kind === "name";
    return isName && isWord(nodes[at + 1], "AS") && isParentheses(nodes[at + 2]) ? name.text : null;
  };
  for (const [at, node] of nodes.entries()) {
    if (isParentheses(node) && isWord(nodes[at + 1], "AS") && !isWord(nodes[at - 1], "AS"))
      throw new StatementFailure(
        "invalid_query",
        "Syntax error: a name in WITH has no list of columns in GoogleSQL; write WITH t AS (SELECT … AS column_name).",
      );
  }
  if (isRecursive) for (const at of nodes.keys()) queries.add(nameAt(at)?.toLowerCase() ?? "");
  const out: Node[] = [];
  nodes.forEach((node, at) => {
    const name = nameAt(at - 2);
    if (!isParentheses(node) || name === null) {
      out.push(node);
      return;
    }
    const scope = { queries: new Set(queries), tables: outer.tables, elements: outer.elements };
    out.push({ ...node, items: resolveQuery(context, node.items, scope, "table") });
    queries.add(name.toLowerCase());
  });
  return { nodes: out, scope: { queries, tables: outer.tables, elements: outer.elements } };
}

/** What names mean after the SELECT list: its aliases come before elements of arrays. */
function behindAliases([select]: readonly Clause[], scope: NameScope): NameScope {
  if (select?.kind !== "SELECT" || scope.elements.size === 0) return scope;
  const elements = new Map(scope.elements);
  for (const { name } of readSelectList(select.body).items) elements.delete(name?.toLowerCase() ?? "");
  return { ...scope, elements };
}

/** @throws StatementFailure for a clause that needs a table, without one */
function checkFrom(clauses: readonly Clause[]): void {
  if (clauses.some(({ kind }) => kind === "FROM")) return;
  const lost = clauses.find(({ kind }) => ["WHERE", "GROUP", "HAVING", "QUALIFY"].includes(kind));
  if (lost === undefined) return;
  const words = lost.kind === "GROUP" ? "GROUP BY" : lost.kind;
  throw new StatementFailure("invalid_query", `A query without FROM has no ${words} clause.`);
}

function resolveSelect(
  context: FromContext,
  clauses: readonly Clause[],
  outer: NameScope,
  use: QueryUse,
): Node[] {
  const from = clauses.find(({ kind }) => kind === "FROM");
  checkFrom(clauses);
  const table: FromClause | null = from ? resolveFrom(context, from.body, outer) : null;
  const scope = table?.scope ?? outer;
  const resolved = clauses.map((clause): Clause => {
    if (clause === from) return { ...clause, body: table?.nodes ?? [] };
    const seesAliases = ["GROUP", "HAVING", "QUALIFY", "ORDER"].includes(clause.kind);
    const body = resolveValue(context, clause.body, seesAliases ? behindAliases(clauses, scope) : scope);
    if (clause.kind !== "SELECT") return { ...clause, body };
    const named = nameFields(body);
    return { ...clause, body: table ? hideFromStars(named, table) : named };
  });
  if (resolved[0]?.body.length === 0) {
    throw new StatementFailure("invalid_query", "Syntax error: SELECT without columns.");
  }
  return selectAs(resolveAliases(resolved, context.budget), use);
}
