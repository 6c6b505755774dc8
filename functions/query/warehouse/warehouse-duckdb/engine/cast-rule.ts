import { unsupported } from "./failure.ts";
import type { Write } from "./syntax-tree.ts";
import { isSymbol, isWord, type Node } from "./syntax-tree.ts";

/** GoogleSQL's scalar types with the name that our cast macros have for them. */
export const MACRO_TYPES: Readonly<Record<string, string>> = {
  INT64: "INT64",
  INT: "INT64",
  INTEGER: "INT64",
  BIGINT: "INT64",
  SMALLINT: "INT64",
  FLOAT64: "FLOAT64",
  NUMERIC: "NUMERIC",
  DECIMAL: "NUMERIC",
  BIGNUMERIC: "BIGNUMERIC",
  BIGDECIMAL: "BIGNUMERIC",
  BOOL: "BOOL",
  BOOLEAN: "BOOL",
  STRING: "STRING",
  BYTES: "BYTES",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "DATETIME",
  TIMESTAMP: "TIMESTAMP",
  JSON: "JSON",
};

/** Writes `CAST(x AS T)` as the macro of T: DuckDB rounds, parses and prints some values in its own way. */
export function castCall(name: string, items: readonly Node[], write: Write): string {
  const as = items.findLastIndex((node) => isWord(node, "AS"));
  const type = items.slice(as + 1);
  const [first] = type;
  if (type.some((node) => isWord(node, "FORMAT"))) throw unsupported("CAST with FORMAT");
  if (as < 1 || first?.kind !== "word") throw unsupported("This form of CAST");
  const macro = MACRO_TYPES[first.text.toUpperCase()];
  if (macro === undefined || type.length > 1) throw unsupported(`CAST to ${typeText(type)}`);
  const prefix = name === "SAFE_CAST" ? "GS_SAFE_CAST" : "GS_CAST";
  if (prefix === "GS_SAFE_CAST" && (macro === "BYTES" || macro === "JSON"))
    throw unsupported(`SAFE_CAST to ${macro}`);
  return `${prefix}_${macro}(${write(items.slice(0, as))})`;
}

function typeText(type: readonly Node[]): string {
  return type
    .map((node) => (node.kind === "group" ? "(…)" : node.text))
    .join("")
    .slice(0, 60);
}

/** Element types that the translator writes right inside ARRAY<…> and STRUCT<…>. */
const PLAIN_TYPES = ["INT64", "STRING", "FLOAT64", "BOOL", "DATE", "BYTES", "ARRAY", "STRUCT"];

/**
 * Checks the type parameters of `ARRAY<…>` or `STRUCT<…>` that start at `at`.
 * @returns how many nodes they take, the angle brackets included; 0 when there are none
 * @throws StatementFailure `unsupported_sql` for a type that the translator gets wrong
 */
export function typeParameterLength(nodes: readonly Node[], at: number): number {
  if (!isSymbol(nodes[at], "<")) return 0;
  let depth = 0;
  for (let i = at; i < nodes.length; i += 1) {
    const node = nodes[i];
    if (isSymbol(node, "<")) depth += 1;
    if (isSymbol(node, ">")) depth -= 1;
    if (isSymbol(node, ">>")) depth -= 2;
    const name = node?.kind === "word" ? node.text.toUpperCase() : "";
    if (name in MACRO_TYPES && !PLAIN_TYPES.includes(name))
      throw unsupported(`A typed ARRAY or STRUCT of ${name}`);
    if (depth <= 0) return i - at + 1;
  }
  return 0;
}
