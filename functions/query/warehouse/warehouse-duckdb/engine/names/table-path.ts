import {
  INFORMATION_VIEWS,
  PROJECT_DATASET,
  TABLES_LIST,
  viewTable,
  wildcardTable,
} from "../catalog/virtual-names.ts";
import { StatementFailure, unsupported } from "../failure.ts";
import type { Token } from "../syntax/lexer.ts";
import { toName, toSymbol, toWord } from "../syntax/query-parts.ts";
import { isSymbol, type Node } from "../syntax/syntax-tree.ts";

/** What names without a project or a dataset mean. */
export interface NameDefaults {
  readonly project: string;
  /** `dataset` or `project.dataset`; null when every table must say its own. */
  readonly dataset: string | null;
}

/** A path after FROM or JOIN, split into names whatever way it is quoted. */
export interface TablePath {
  readonly names: readonly string[];
  /** The path's nodes as written. */
  readonly nodes: readonly Node[];
  /** True when one pair of backticks, or more, stands around a part. */
  readonly quoted: boolean;
}

/** A table of the warehouse as the path names it. */
export interface ResolvedTable {
  readonly nodes: readonly Node[];
  /** The name that the rest of the query may call the table by. */
  readonly implicitAlias: string;
  /** True when the implicit alias is not the last name of `nodes`. */
  readonly needsAlias: boolean;
}

/**
 * Reads the path that starts at `at`: `p.d.t`, `` `p.d`.t ``, or `my-project.d.t`, whose dashes need no quotes here
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#path_expressions).
 * @returns null when no path starts there
 */
export function readTablePath(sql: string, nodes: readonly Node[], at: number): TablePath | null {
  const names: string[] = [];
  let quoted = false;
  let next = at;
  for (;;) {
    const node = nodes[next];
    if (node?.kind === "quoted") {
      names.push(...node.text.split("."));
      quoted = true;
      next += 1;
    } else if (node?.kind === "word") {
      const end = dashedEnd(nodes, next);
      const last = nodes[end - 1] as Token;
      // The lexer takes the point after a number for its own: `my-project-1.d.t`.
      names.push(sql.slice(node.start, last.end).replace(/\.$/, ""));
      next = end;
      if (last.kind === "number" && last.text.endsWith(".")) continue;
    } else return names.length === 0 ? null : { names, nodes: nodes.slice(at, next), quoted };
    if (!isSymbol(nodes[next], ".")) return { names, nodes: nodes.slice(at, next), quoted };
    next += 1;
  }
}

function dashedEnd(nodes: readonly Node[], at: number): number {
  let end = at + 1;
  for (;;) {
    const [before, node] = [nodes[end - 1], nodes[end]];
    const touches = node !== undefined && before?.end === node.start;
    const goesOn = isSymbol(node, "-") || node?.kind === "word" || node?.kind === "number";
    if (!touches || !goesOn || (end === at + 1 && !isSymbol(node, "-"))) return end;
    end += 1;
  }
}

/**
 * Writes a table's path in full, each name by itself.
 * @param withSuffix true when the statement speaks of _TABLE_SUFFIX
 * @throws StatementFailure `table_not_found` for a path that names no dataset; `invalid_query`; `unsupported_sql`
 */
export function resolveTable(path: TablePath, defaults: NameDefaults, withSuffix: boolean): ResolvedTable {
  const place = path.nodes[0] as Node;
  const view = path.names.findIndex((name) => /^INFORMATION_SCHEMA$/i.test(name));
  if (view >= 0) return informationView(path, view, defaults);
  const [project, dataset, table] = inFull(path.names, defaults);
  const isWildcard = table.includes("*");
  if (isWildcard) checkWildcard(path, table);
  const isList = table.toUpperCase() === TABLES_LIST;
  const named = isWildcard ? wildcardTable(table, withSuffix) : table;
  return {
    nodes: pathNodes([project, dataset, isList ? viewTable(TABLES_LIST) : named], place),
    implicitAlias: table,
    needsAlias: isList,
  };
}

function checkWildcard({ names, quoted }: TablePath, table: string): void {
  const last = names.at(-1) ?? "";
  if (quoted && last === table && table.indexOf("*") === table.length - 1) return;
  throw new StatementFailure(
    "invalid_query",
    "A wildcard table is written in backticks with one * at its end, as in `dataset.events_*`.",
  );
}

function inFull(names: readonly string[], defaults: NameDefaults): [string, string, string] {
  const [first = "", second = "", third = ""] = names;
  if (names.some((name) => name === "") || names.length > 3) {
    const shown = names.join(".").slice(0, 200);
    throw new StatementFailure(
      "table_not_found",
      `\`${shown}\` names no table: write \`project.dataset.table\` or \`dataset.table\`.`,
    );
  }
  if (names.length === 3) return [first, second, third];
  if (names.length === 2) return [defaults.project, first, second];
  if (defaults.dataset === null) {
    throw new StatementFailure(
      "table_not_found",
      `Table ${JSON.stringify(first)} must be qualified with a dataset: write \`project.dataset.${first}\` or \`dataset.${first}\`, or send "dataset" with the query.`,
    );
  }
  return [...inProject(defaults.dataset, defaults), first];
}

/** `dataset` or `project.dataset`, as a request names its default. */
function inProject(dataset: string, defaults: NameDefaults): [project: string, dataset: string] {
  const dot = dataset.lastIndexOf(".");
  return dot < 0 ? [defaults.project, dataset] : [dataset.slice(0, dot), dataset.slice(dot + 1)];
}

const REGION = /^region-[a-z0-9-]+$/i;

/** `[project.][dataset | region-…].INFORMATION_SCHEMA.VIEW`; SCHEMATA belongs to a project and to no dataset. */
function informationView({ names, nodes }: TablePath, at: number, defaults: NameDefaults): ResolvedTable {
  const view = names[at + 1]?.toUpperCase() ?? "";
  const known = INFORMATION_VIEWS.find((name) => name === view);
  if (known === undefined || names.length > at + 2 || at > 2) {
    throw unsupported(
      `INFORMATION_SCHEMA.${
        names
          .slice(at + 1)
          .join(".")
          .toUpperCase() || "without a view"
      }`,
    );
  }
  const qualifier = names.slice(0, at);
  const place = nodes[0] as Node;
  return {
    nodes: pathNodes([...viewOwner(known, qualifier, defaults), viewTable(known)], place),
    implicitAlias: view,
    needsAlias: true,
  };
}

function viewOwner(view: string, qualifier: readonly string[], defaults: NameDefaults): [string, string] {
  const [first, second] = qualifier;
  if (view === "SCHEMATA") {
    const project = first === undefined || REGION.test(first) ? defaults.project : first;
    return [project, PROJECT_DATASET];
  }
  if (first === undefined) {
    if (defaults.dataset !== null) return inProject(defaults.dataset, defaults);
    throw new StatementFailure(
      "table_not_found",
      `INFORMATION_SCHEMA.${view} must be qualified: write \`dataset.INFORMATION_SCHEMA.${view}\`, or \`region-us.INFORMATION_SCHEMA.${view}\` for all datasets.`,
    );
  }
  const [project, dataset] = second === undefined ? [defaults.project, first] : [first, second];
  return [project, REGION.test(dataset) ? PROJECT_DATASET : dataset];
}

function pathNodes(names: readonly string[], place: Node): Node[] {
  return names.flatMap((name, i) => [...(i === 0 ? [] : [toSymbol(".", place)]), toName(name, place)]);
}

/** `AS alias`. */
export function aliasNodes(alias: string, place: Node): Node[] {
  return [toWord("AS", place), { kind: "quoted", text: alias, start: place.start, end: place.end }];
}
