import type { SqlToken } from "./sql-tokens.ts";

/** A dotted name, part by part: `p.d.t` in one pair of backticks has three. */
export type NamePath = readonly string[];

/** Reads `a.b.c` from `at` on. Where a table is named, a project may have dashes without backticks. */
export function readPath(
  tokens: readonly SqlToken[],
  at: number,
  isTable: boolean,
): { readonly path: NamePath; readonly next: number } {
  const parts: string[] = [];
  let next = at;
  for (;;) {
    const token = tokens[next];
    if (token?.kind !== "name") break;
    const end = isTable && parts.length === 0 ? endOfDashes(tokens, next + 1) : next + 1;
    const text = tokens.slice(next, end).map((piece) => piece.text);
    parts.push(...(token.isQuoted ? partsOf(text.join("")) : [text.join("")]));
    next = end;
    if (tokens[next]?.text !== "." || tokens[next + 1]?.kind !== "name") break;
    next += 1;
  }
  return { path: parts, next };
}

/** Where the dashed parts of a project's name end; a part such as 12ab is two tokens. */
function endOfDashes(tokens: readonly SqlToken[], at: number): number {
  let end = at;
  for (;;) {
    const [dash, piece, tail] = [tokens[end], tokens[end + 1], tokens[end + 2]];
    if (dash?.text !== "-" || !dash.isGlued || piece?.isGlued !== true || piece.kind === "mark") return end;
    end += tail?.kind === "name" && tail.isGlued ? 3 : 2;
  }
}

/** A project of a domain has points and a colon before its own name: `example.com:shop.sales.orders`. */
function partsOf(text: string): readonly string[] {
  const colon = text.indexOf(":");
  const point = text.indexOf(".", colon + 1);
  if (colon < 0 || point < 0) return text.split(".");
  return [text.slice(0, point), ...text.slice(point + 1).split(".")];
}
