import { unsupported } from "../failure.ts";
import { isWord, type Node, type Write } from "../syntax/syntax-tree.ts";
import { castWithFormat } from "./cast-format-rule.ts";
import { MACRO_TYPES, readType, writeAs } from "./type-rule.ts";

/** Writes `CAST(x AS T)` as the macro of T: DuckDB rounds, parses and prints some values in its own way. */
export function castCall(name: string, items: readonly Node[], write: Write): string {
  const as = items.findLastIndex((node) => isWord(node, "AS"));
  const type = items.slice(as + 1);
  const [first] = type;
  if (as < 1 || first?.kind !== "word") throw unsupported("This form of CAST");
  const value = items.slice(0, as);
  if (isWord(first, "ARRAY", "STRUCT")) return castToParts(name, value, type, write);
  const macro = MACRO_TYPES[first.text.toUpperCase()];
  if (macro !== undefined && isWord(type[1], "FORMAT")) {
    const text = castWithFormat(macro, write(items.slice(0, as)), type.slice(2), write);
    return name === "SAFE_CAST" ? `GS_TRY(${text})` : text;
  }
  if (macro === undefined || type.length > 1) throw unsupported(`CAST to ${typeText(type)}`);
  const prefix = name === "SAFE_CAST" ? "GS_SAFE_CAST" : "GS_CAST";
  return `${prefix}_${macro}(${write(value)})`;
}

function castToParts(name: string, value: readonly Node[], type: readonly Node[], write: Write): string {
  const { type: target, length } = readType(type, 0);
  if (name === "SAFE_CAST" || length < type.length) throw unsupported(`${name} to ${typeText(type)}`);
  return writeAs(target, value, write);
}

function typeText(type: readonly Node[]): string {
  return type
    .map((node) => (node.kind === "group" ? "(…)" : node.text))
    .join("")
    .slice(0, 60);
}
