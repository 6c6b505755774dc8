import { StatementFailure } from "./failure.ts";
import { type FromClause, type FromContext, type NameScope, resolveFrom } from "./from-clause.ts";
import { isPipeQuery, rewritePipes } from "./pipe-syntax.ts";
import { type Clause, isQuery, splitClauses } from "./query-parts.ts";
import { resolveAliases } from "./select-aliases.ts";
import { selectAs } from "./select-as.ts";
import { hideFromStars } from "./star-columns.ts";
import { isParentheses, isWord, type Node } from "./syntax-tree.ts";
import type { NameDefaults } from "./table-path.ts";

/** Where a query stands: its rows are a table, or its one column is a value. */
export type QueryUse = "table" | "value";

const EMPTY: NameScope = { queries: new Set(), tables: new Set() };

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
  return nodes.map((node) => {
    if (node.kind !== "group") return node;
    const items =
      node.open === "(" && isQuery(node.items)
        ? resolveQuery(context, node.items, scope, "value")
        : resolveValue(context, node.items, scope);
    return { ...node, items };
  });
}

function resolveQuery(context: FromContext, nodes: readonly Node[], outer: NameScope, use: QueryUse): Node[] {
  const plain = isPipeQuery(nodes) ? rewritePipes(nodes) : nodes;
  const clauses = splitClauses(plain);
  const isCompound = clauses.some(({ kind }) => kind === "SET");
  const out: Node[] = [];
  let scope = outer;
  for (let at = 0; at < clauses.length; ) {
    const clause = clauses[at];
    if (clause === undefined) break;
    if (clause.kind === "SELECT") {
      const end = blockEnd(clauses, at, isCompound);
      out.push(...resolveSelect(context, clauses.slice(at, end), scope, use));
      at = end;
      continue;
    }
    at += 1;
    out.push(...clause.keyword);
    if (clause.kind === "WITH") {
      const named = resolveWith(context, clause.body, scope);
      out.push(...named.nodes);
      scope = named.scope;
    } else if (clause.kind === "QUERY") out.push(...resolveOperand(context, clause.body, scope, use));
    else out.push(...resolveValue(context, clause.body, scope));
  }
  return out;
}

/** ORDER BY and LIMIT after UNION and the like belong to the whole. */
function blockEnd(clauses: readonly Clause[], start: number, isCompound: boolean): number {
  const rest = clauses.slice(start);
  const length = rest.findIndex(({ kind }) => {
    const endsWhole = isCompound && (kind === "ORDER" || kind === "LIMIT");
    return kind === "SET" || kind === "QUERY" || endsWhole;
  });
  return length < 0 ? clauses.length : start + length;
}

function resolveOperand(
  context: FromContext,
  nodes: readonly Node[],
  scope: NameScope,
  use: QueryUse,
): Node[] {
  return nodes.map((node) =>
    isParentheses(node) ? { ...node, items: resolveQuery(context, node.items, scope, use) } : node,
  );
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
  if (isRecursive) for (const at of nodes.keys()) queries.add(nameAt(at)?.toLowerCase() ?? "");
  const out: Node[] = [];
  nodes.forEach((node, at) => {
    const name = nameAt(at - 2);
    if (!isParentheses(node) || name === null) {
      out.push(node);
      return;
    }
    const scope = { queries: new Set(queries), tables: outer.tables };
    out.push({ ...node, items: resolveQuery(context, node.items, scope, "table") });
    queries.add(name.toLowerCase());
  });
  return { nodes: out, scope: { queries, tables: outer.tables } };
}

function resolveSelect(
  context: FromContext,
  clauses: readonly Clause[],
  outer: NameScope,
  use: QueryUse,
): Node[] {
  const from = clauses.find(({ kind }) => kind === "FROM");
  const table: FromClause | null = from ? resolveFrom(context, from.body, outer) : null;
  const scope = table?.scope ?? outer;
  const resolved = clauses.map((clause): Clause => {
    if (clause === from) return { ...clause, body: table?.nodes ?? [] };
    const body = resolveValue(context, clause.body, scope);
    return { ...clause, body: clause.kind === "SELECT" && table ? hideFromStars(body, table) : body };
  });
  if (resolved[0]?.body.length === 0) {
    throw new StatementFailure("invalid_query", "Syntax error: SELECT without columns.");
  }
  return selectAs(resolveAliases(resolved), use);
}
