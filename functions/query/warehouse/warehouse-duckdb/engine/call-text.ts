import { CALL_RULES } from "./call-rules.ts";
import { castCall } from "./cast-rule.ts";
import { unsupported } from "./failure.ts";
import { MACRO_NAMES } from "./macros.ts";
import { NATIVE_FUNCTIONS } from "./native-functions.ts";
import { type Node, splitByComma, type Write } from "./syntax-tree.ts";

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
export function callText(name: string, items: readonly Node[], write: Write): string {
  const rule = CALL_RULES[name];
  if (rule) return rule(splitByComma(items), write, items);
  if (name === "CAST" || name === "SAFE_CAST") return castCall(name, items, write);
  if (NATIVE_FUNCTIONS.has(name)) return `${name}(${write(items)})`;
  const isOwn = MACRO_NAMES.has(name) && !RULES_ONLY.some((pattern) => pattern.test(name));
  if (isOwn) return `GS_${name}(${write(items)})`;
  throw unsupported(`Function ${name}`);
}
