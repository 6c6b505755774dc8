import { unsupported } from "../failure.ts";
import { quoteLiteral } from "../syntax/literal.ts";
import type { Node } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";
import { cutAtGroup, groupsOf, isBound } from "./regexp-pattern.ts";

function literalOf(nodes: readonly Node[] | undefined): string | null {
  const [pattern] = nodes ?? [];
  return nodes?.length === 1 && pattern?.kind === "string" ? pattern.text : null;
}

/** A pattern with more than one group is an error in GoogleSQL; with one, the group is the result. */
function extract(name: string, macro: string, most: number): CallRule {
  return (parts, write) => {
    const [x = [], pattern = [], position, occurrence] = parts;
    const literal = literalOf(pattern);
    const groups = literal === null ? null : groupsOf(literal);
    if (parts.length < 2 || parts.length > most) throw unsupported(`This form of ${name}`);
    if (groups !== null && groups > 1) throw unsupported(`${name} with more than one group`);
    const written = groups === null ? `GS_INNER_NO_GROUP(${write(pattern)})` : write(pattern);
    const call = [write(x), written, String(groups ?? 0)];
    if (position === undefined) return `GS_${macro}(${call.join(", ")})`;
    const from = positionText(position, literal, write);
    return `GS_INNER_REGEXP_EXTRACT_FROM(${[...call, from, occurrence ? write(occurrence) : "1"].join(", ")})`;
  };
}

/** Searching from a place, nobody says whether `^` means that place or the start of the text. */
function positionText(
  position: readonly Node[] | undefined,
  pattern: string | null,
  write: (nodes: readonly Node[]) => string,
): string {
  if (position === undefined) return "1";
  const from = write(position);
  return pattern === null || isBound(pattern) ? `GS_INNER_FIRST_PLACE(${from})` : from;
}

/**
 * REGEXP_INSTR(x, pattern [, position [, occurrence [, after]]]): DuckDB knows no places, so the text before each match is made
 * a part of the match, and its length is the place.
 */
const instr: CallRule = (parts, write) => {
  const [x = [], pattern = [], position, occurrence, after] = parts;
  const literal = literalOf(pattern);
  if (parts.length < 2 || parts.length > 5) throw unsupported("This form of REGEXP_INSTR");
  if (literal === null) throw unsupported("REGEXP_INSTR with a pattern that is not a literal");
  const cut = cutAtGroup(literal);
  if (cut === null) throw unsupported("REGEXP_INSTR with such a group");
  const stretched = `${cut.flags}(?s:(.*?))(${cut.before})(${cut.group})${cut.after}`;
  const rest = [
    positionText(position, literal, write),
    occurrence ? write(occurrence) : "1",
    after ? write(after) : "0",
  ];
  return `GS_INNER_REGEXP_INSTR(${write(x)}, ${quoteLiteral(stretched)}, ${rest.join(", ")})`;
};

/** Functions of regular expressions. */
export const REGEXP_RULES: Readonly<Record<string, CallRule>> = {
  REGEXP_EXTRACT: extract("REGEXP_EXTRACT", "REGEXP_EXTRACT_GROUP", 4),
  REGEXP_SUBSTR: extract("REGEXP_SUBSTR", "REGEXP_EXTRACT_GROUP", 4),
  REGEXP_EXTRACT_ALL: extract("REGEXP_EXTRACT_ALL", "REGEXP_EXTRACT_ALL_GROUP", 2),
  REGEXP_INSTR: instr,
  REGEXP_REPLACE: (_parts, write, items) => `GS_REGEXP_REPLACE_ALL(${write(items)})`,
};
