import { unsupported } from "../failure.ts";
import type { Node } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";

/** How many groups a pattern captures; null when it is no literal. */
function groupsOf(nodes: readonly Node[] | undefined): number | null {
  const [pattern] = nodes ?? [];
  if (nodes?.length !== 1 || pattern?.kind !== "string") return null;
  const plain = pattern.text.replace(/\\./gs, "").replace(/\[\^?\]?[^\]]*\]/g, "");
  return [...plain.matchAll(/\((?!\?)|\(\?P?</g)].length;
}

/** A pattern with more than one group is an error in GoogleSQL; with one, the group is the result. */
function extract(name: string, macro: string, most: number): CallRule {
  return (parts, write) => {
    const [x = [], pattern = [], position, occurrence] = parts;
    const groups = groupsOf(pattern);
    if (parts.length < 2 || parts.length > most) throw unsupported(`This form of ${name}`);
    if (groups !== null && groups > 1) throw unsupported(`${name} with more than one group`);
    const written = groups === null ? `GS_INNER_NO_GROUP(${write(pattern)})` : write(pattern);
    const call = [write(x), written, String(groups ?? 0)];
    if (position === undefined) return `GS_${macro}(${call.join(", ")})`;
    return `GS_INNER_REGEXP_EXTRACT_FROM(${[...call, write(position), occurrence ? write(occurrence) : "1"].join(", ")})`;
  };
}

/** REGEXP_INSTR(x, pattern [, position [, occurrence [, after]]]): DuckDB knows no places, so only the first match is found. */
const instr: CallRule = (parts, write) => {
  const [x = [], pattern = [], position, occurrence] = parts;
  const isFirst =
    occurrence === undefined ||
    (occurrence.length === 1 && occurrence[0]?.kind === "number" && occurrence[0].text === "1");
  if (parts.length < 2 || parts.length > 4 || !isFirst || groupsOf(pattern) !== 0)
    throw unsupported("REGEXP_INSTR with an occurrence, a group or a pattern that is not a literal");
  return `GS_INNER_REGEXP_INSTR(${write(x)}, ${write(pattern)}, ${position ? write(position) : "1"})`;
};

/** Functions of regular expressions. */
export const REGEXP_RULES: Readonly<Record<string, CallRule>> = {
  REGEXP_EXTRACT: extract("REGEXP_EXTRACT", "REGEXP_EXTRACT_GROUP", 4),
  REGEXP_SUBSTR: extract("REGEXP_SUBSTR", "REGEXP_EXTRACT_GROUP", 4),
  REGEXP_EXTRACT_ALL: extract("REGEXP_EXTRACT_ALL", "REGEXP_EXTRACT_ALL_GROUP", 2),
  REGEXP_INSTR: instr,
  REGEXP_REPLACE: (_parts, write, items) => `GS_REGEXP_REPLACE_ALL(${write(items)})`,
};
