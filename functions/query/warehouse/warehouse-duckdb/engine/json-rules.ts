import type { CallRule } from "./call-rules.ts";
import { unsupported } from "./failure.ts";
import { quoteLiteral } from "./literal.ts";
import type { Node } from "./syntax-tree.ts";

const PATH_STEP = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]|\."([^"\\*]+)"|\['([^'\\*"]+)'\]/y;

/** Rewrites a JSONPath that is a literal into DuckDB's spelling; keys are always quoted there. */
function jsonPath(name: string, nodes: readonly Node[] | undefined): string {
  if (nodes === undefined) return "'$'";
  const [literal] = nodes;
  if (nodes.length !== 1 || literal?.kind !== "string" || !literal.text.startsWith("$")) {
    throw unsupported(`${name} with a path that is not a literal`);
  }
  let path = "$";
  let at = 1;
  while (at < literal.text.length) {
    PATH_STEP.lastIndex = at;
    const step = PATH_STEP.exec(literal.text);
    if (step === null) throw unsupported(`The JSON path ${literal.text.slice(0, 60)}`);
    path += step[2] === undefined ? `."${step[1] ?? step[3] ?? step[4]}"` : `[${step[2]}]`;
    at += step[0].length;
  }
  return quoteLiteral(path);
}

function atPath(name: string, macro: string): CallRule {
  return (parts, write) => `GS_${macro}(${write(parts[0] ?? [])}, ${jsonPath(name, parts[1])})`;
}

/** JSON functions whose path is known when the statement is translated. */
export const JSON_RULES: Readonly<Record<string, CallRule>> = {
  JSON_VALUE: atPath("JSON_VALUE", "JSON_VALUE_AT"),
  JSON_EXTRACT_SCALAR: atPath("JSON_EXTRACT_SCALAR", "JSON_VALUE_AT"),
  JSON_VALUE_ARRAY: atPath("JSON_VALUE_ARRAY", "JSON_VALUE_ARRAY_AT"),
};
