import type { SqlToken } from "./sql-tokens.ts";

/** A path that a statement reads or writes. */
export interface NamedPath {
  /** `["project", "dataset", "table"]` as far as written. */
  readonly parts: readonly string[];
  readonly kind: "table" | "routine";
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
  readonly hasAlias: boolean;
}

/** One bracket: what it defines is seen inside of it. */
interface Scope {
  readonly call: string | null;
  readonly ctes: Set<string>;
  aliases: Set<string>;
  inFrom: boolean;
  isRecursive: boolean;
  /** A WITH's name, told of once its bracket ends. */
  pending: string | null;
}

const ENDS_FROM = new Set(
  "WHERE GROUP HAVING ORDER LIMIT QUALIFY WINDOW UNION INTERSECT EXCEPT SELECT SET VALUES WHEN |> ;".split(
    " ",
  ),
);
const BEFORE_TABLE = new Set(
  "FROM JOIN INTO TABLE VIEW UPDATE DELETE INSERT MERGE USING COPY CLONE LIKE".split(" "),
);
/** Words after a table's path that are no alias. */
const NO_ALIAS = new Set(
  "ON USING JOIN INNER LEFT RIGHT FULL CROSS WHERE GROUP HAVING ORDER LIMIT QUALIFY WINDOW UNION INTERSECT EXCEPT FOR TABLESAMPLE PIVOT UNPIVOT SET VALUES WHEN SELECT WITH OPTIONS PARTITION CLUSTER THEN MATCH_RECOGNIZE ADD DROP ALTER RENAME LIKE CLONE COPY DEFAULT".split(
    " ",
  ),
);
/** Prefixes of functions that BigQuery itself has. */
const OWN_PREFIXES = new Set(
  "NET KEYS HLL_COUNT KLL_QUANTILES ML AI SAFE AEAD OBJ D3A_COUNT VECTOR_INDEX APPENDS".split(" "),
);

/** Tables and routines that statements name, by the places where names can stand; WITH, aliases and array paths are none. */
export function namedPaths(tokens: readonly SqlToken[]): readonly NamedPath[] {
  const found: NamedPath[] = [];
  const scopes: Scope[] = [newScope(null)];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    const scope = scopes.at(-1);
    if (token === undefined || scope === undefined) break;
    at += step(tokens, at, token, scopes, found);
  }
  return found;
}

function step(
  tokens: readonly SqlToken[],
  at: number,
  token: SqlToken,
  scopes: Scope[],
  found: NamedPath[],
): number {
  const scope = scopes.at(-1) ?? newScope(null);
  if (token.kind === "symbol") return symbol(tokens, at, scopes, found);
  if (token.kind === "word") noteWord(token, tokens[at + 1], scope);
  if (isCteName(tokens, at)) {
    const name = token.text.toLowerCase();
    if (scope.isRecursive) scope.ctes.add(name);
    scope.pending = name;
    return 1;
  }
  if (token.kind === "word" && BEFORE_TABLE.has(token.upper) && takesTable(tokens, at, scope)) {
    const isFrom = token.upper === "FROM" || token.upper === "JOIN";
    if (isFrom) scope.inFrom = true;
    return 1 + readTable(tokens, skipWords(tokens, at + 1), scopes, found, at + 1, isFrom);
  }
  return readRoutine(tokens, at, found);
}

function noteWord({ upper }: SqlToken, next: SqlToken | undefined, scope: Scope): void {
  if (upper === "WITH" && next?.upper === "RECURSIVE") scope.isRecursive = true;
  if (!ENDS_FROM.has(upper)) return;
  scope.inFrom = false;
  if (upper === "SELECT") scope.aliases = new Set();
}

function symbol(tokens: readonly SqlToken[], at: number, scopes: Scope[], found: NamedPath[]): number {
  const scope = scopes.at(-1) ?? newScope(null);
  switch (tokens[at]?.text) {
    case "(":
      return openBracket(tokens, at, scopes, found);
    case ")":
      closeBracket(scopes);
      return 1;
    case ",":
      return scope.inFrom ? 1 + readTable(tokens, at + 1, scopes, found, at + 1) : 1;
    case "|>":
    case ";":
      scope.inFrom = false;
      return 1;
    default:
      return 1;
  }
}

/** A bracket in FROM may hold a join. */
function openBracket(tokens: readonly SqlToken[], at: number, scopes: Scope[], found: NamedPath[]): number {
  const before = tokens[at - 1];
  const outer = scopes.at(-1);
  const inner = newScope(before?.kind === "word" ? before.upper : null);
  scopes.push(inner);
  if (!outer?.inFrom || !isTableStart(tokens[at + 1]) || !isFromBracket(before)) return 1;
  inner.inFrom = true;
  return 1 + readTable(tokens, at + 1, scopes, found, at + 1);
}

function closeBracket(scopes: Scope[]): void {
  if (scopes.length > 1) scopes.pop();
  const outer = scopes.at(-1);
  if (outer === undefined) return;
  if (outer.pending !== null) outer.ctes.add(outer.pending);
  outer.pending = null;
}

function newScope(call: string | null): Scope {
  return { call, ctes: new Set(), aliases: new Set(), inFrom: false, isRecursive: false, pending: null };
}

function isFromBracket(before: SqlToken | undefined): boolean {
  return before !== undefined && ["FROM", "JOIN", ",", "("].includes(before.upper);
}

/** `name AS (` after WITH, WITH RECURSIVE or a comma. */
function isCteName(tokens: readonly SqlToken[], at: number): boolean {
  const before = tokens[at - 1]?.upper ?? "";
  if (
    !["WITH", "RECURSIVE", ","].includes(before) ||
    tokens[at + 1]?.upper !== "AS" ||
    tokens[at + 2]?.text !== "("
  )
    return false;
  return ["SELECT", "WITH", "FROM", "("].includes(tokens[at + 3]?.upper ?? "");
}

/** FROM of `EXTRACT(DAY FROM x)` and of `IS DISTINCT FROM` is followed by no table. */
function takesTable(tokens: readonly SqlToken[], at: number, scope: Scope): boolean {
  const word = tokens[at]?.upper;
  const [before, beforeThat] = [tokens[at - 1]?.upper ?? "", tokens[at - 2]?.upper ?? ""];
  if (word === "FROM")
    return (
      scope.call !== "EXTRACT" && !(before === "DISTINCT" && (beforeThat === "IS" || beforeThat === "NOT"))
    );
  if (word === "USING") return tokens[0]?.upper === "MERGE" && tokens[at + 1]?.text !== "(";
  if (word === "LIKE" || word === "CLONE" || word === "COPY") return tokens[0]?.upper === "CREATE";
  if (word === "UPDATE" || word === "DELETE" || word === "INSERT" || word === "MERGE")
    return at === 0 && !["FROM", "INTO"].includes(tokens[at + 1]?.upper ?? "");
  return true;
}

/** `CREATE TABLE IF NOT EXISTS t`. */
function skipWords(tokens: readonly SqlToken[], at: number): number {
  let next = at;
  while (
    ["IF", "NOT", "EXISTS", "FUNCTION"].includes(tokens[next]?.upper ?? "") &&
    tokens[next]?.kind === "word"
  )
    next += 1;
  return next;
}

function isTableStart(token: SqlToken | undefined): boolean {
  return (
    token?.kind === "quoted" ||
    (token?.kind === "word" && !["SELECT", "WITH", "FROM", "UNNEST"].includes(token.upper))
  );
}

/** Reads what stands where a table can; gives the number of tokens from `from` on that were read. */
function readTable(
  tokens: readonly SqlToken[],
  at: number,
  scopes: readonly Scope[],
  found: NamedPath[],
  from: number,
  mayCall = true,
): number {
  if (!isTableStart(tokens[at])) return at - from;
  const path = readPath(tokens, at);
  const after = at + path.length;
  if (mayCall && tokens[after]?.text === "(") return at - from + readRoutine(tokens, at, found);
  const [first = ""] = path.parts;
  const isKnown = scopes.some(
    ({ ctes, aliases }) =>
      (path.parts.length === 1 && ctes.has(first.toLowerCase())) ||
      (path.parts.length > 1 && aliases.has(first.toLowerCase())),
  );
  const alias = aliasAt(tokens, after);
  scopes.at(-1)?.aliases.add((alias ?? path.parts.at(-1) ?? "").toLowerCase());
  if (!isKnown)
    found.push({
      parts: path.parts,
      kind: "table",
      start: path.start,
      end: path.end,
      hasAlias: alias !== null,
    });
  return at - from + path.length;
}

function aliasAt(tokens: readonly SqlToken[], at: number): string | null {
  const token = tokens[at];
  if (token?.upper === "AS" && token.kind === "word") return tokens[at + 1]?.text ?? null;
  if (token?.kind === "quoted") return token.text;
  return token?.kind === "word" && !NO_ALIAS.has(token.upper) ? token.text : null;
}

/** `dataset.function(`; functions of BigQuery's own are not told of. */
function readRoutine(tokens: readonly SqlToken[], at: number, found: NamedPath[]): number {
  const token = tokens[at];
  if (token?.kind !== "word" && token?.kind !== "quoted") return 1;
  if (tokens[at - 1]?.text === ".") return 1;
  const path = readPath(tokens, at);
  const [first = ""] = path.parts;
  const isCall = tokens[at + path.length]?.text === "(" && path.parts.length > 1;
  if (!isCall || OWN_PREFIXES.has(first.toUpperCase())) return 1;
  found.push({ parts: path.parts, kind: "routine", start: path.start, end: path.end, hasAlias: false });
  return path.length;
}

/** `a.b.c`, `` `a.b`.c `` and `my-project.b.c`, whose dash has no spaces beside it. */
function readPath(tokens: readonly SqlToken[], at: number) {
  const first = tokens[at];
  let next = at + 1;
  let written = first?.kind === "quoted" ? first.text : (first?.text ?? "");
  for (;;) {
    const [mark, part, before] = [tokens[next], tokens[next + 1], tokens[next - 1]];
    if (mark === undefined || part === undefined) break;
    const isDash =
      mark.text === "-" && mark.start === before?.end && part.start === mark.end && !written.includes(".");
    const isName =
      part.kind === "word" ||
      part.kind === "quoted" ||
      (isDash && part.kind === "number") ||
      part.text === "*";
    if (!(isDash || mark.text === ".") || !isName) break;
    written += `${mark.text}${part.text}`;
    next += 2;
  }
  const [begin, last] = [tokens[at], tokens[next - 1]];
  return { parts: written.split("."), length: next - at, start: begin?.start ?? 0, end: last?.end ?? 0 };
}
