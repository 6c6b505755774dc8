import { StatementFailure, unsupported } from "../failure.ts";
import { MACRO_NAMES } from "../macros/macros.ts";
import { NATIVE_FUNCTIONS } from "../macros/native-functions.ts";
import { coerceFloats } from "../syntax/number-literal.ts";
import { isQuery } from "../syntax/query-parts.ts";
import { type Node, splitByComma, type Write } from "../syntax/syntax-tree.ts";
import { CALL_RULES } from "./call-rules.ts";
import { castCall } from "./cast-rule.ts";

/** Macros that only our own rules call; GoogleSQL has no function of such a name, or it needs a rule. */
const RULES_ONLY = [
  /^(TRY|PARAMETER|BYTES|AT_ZONE|OFFSET|ORDINAL|SAFE_OFFSET|SAFE_ORDINAL|REGEXP_REPLACE_ALL|WHOLE|SERIES_END)$/,
  /^(NET|UNNEST|CAST|SAFE_CAST|INTERVAL|EXTRACT)_/,
  /_(AS|AT|GROUP)$/,
  /^INNER_/,
];

/**
 * Writes one call by its rule: as it is, under the name of our macro, or in another form.
 * @throws StatementFailure `unsupported_sql` for a function that is on no list
 */
export function callText(name: string, written: readonly Node[], write: Write): string {
  checkCount(name, written);
  const items = withFloats(name, written, write);
  const rule = CALL_RULES[name];
  if (rule) return rule(splitByComma(items), write, items);
  if (name === "CAST" || name === "SAFE_CAST") return castCall(name, items, write);
  if (NATIVE_FUNCTIONS.has(name)) return `${name}(${write(items)})`;
  const isOwn = MACRO_NAMES.has(name) && !RULES_ONLY.some((pattern) => pattern.test(name));
  if (isOwn) return `GS_${name}(${write(items)})`;
  throw unsupported(`Function ${name}`);
}

/** How many arguments the functions take that the translator knows with fewer or more. */
const COUNTS: Readonly<Record<string, number>> = { IF: 3, IFNULL: 2, NULLIF: 2 };

/** `ARRAY(…)` holds a query, and these functions take so many arguments, whatever other dialects allow. */
function checkCount(name: string, items: readonly Node[]): void {
  const count = COUNTS[name];
  if (count !== undefined && splitByComma(items).length !== count)
    throw new StatementFailure("invalid_query", `${name} takes ${count} arguments.`);
  if (name === "ARRAY" && !isQuery(items))
    throw new StatementFailure(
      "invalid_query",
      "ARRAY(…) takes a query; write [a, b] for an array of values.",
    );
}

/** Functions whose arguments share one type, with how many come before those. */
const SHARED_TYPES: Readonly<Record<string, number>> = {
  COALESCE: 0,
  IFNULL: 0,
  NULLIF: 0,
  GREATEST: 0,
  LEAST: 0,
  IF: 1,
  SAFE_DIVIDE: 0,
  SAFE_ADD: 0,
  SAFE_SUBTRACT: 0,
  SAFE_MULTIPLY: 0,
  MOD: 0,
  DIV: 0,
  POW: 0,
  POWER: 0,
};

function withFloats(name: string, items: readonly Node[], write: Write): readonly Node[] {
  const before = SHARED_TYPES[name];
  if (before === undefined || !items.some((node) => node.kind === "number" && node.text.includes(".")))
    return items;
  const parts = splitByComma(items);
  const coerced = [...parts.slice(0, before), ...coerceFloats(parts.slice(before), write)];
  return coerced.flatMap((part, i) => (i === 0 ? part : [COMMA, ...part]));
}

const COMMA: Node = { kind: "symbol", text: ",", start: 0, end: 0 };
