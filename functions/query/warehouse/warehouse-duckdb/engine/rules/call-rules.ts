import { unsupported } from "../failure.ts";
import type { Token } from "../syntax/lexer.ts";
import type { Write } from "../syntax/syntax-tree.ts";
import { isSymbol, isWord, type Node } from "../syntax/syntax-tree.ts";
import { ARRAY_RULES } from "./array-rules.ts";
import { FORMAT_RULES } from "./date-format-rules.ts";
import { JSON_RULES } from "./json-rules.ts";
import { REGEXP_RULES } from "./regexp-rules.ts";
import { TEXT_RULES } from "./text-rules.ts";
import { TIME_RULES } from "./time-rules.ts";
import { structText } from "./type-rule.ts";

/** Writes one call from its arguments, split at the commas. */
export type CallRule = (parts: readonly Node[][], write: Write, items: readonly Node[]) => string;

/** GREATEST and LEAST are NULL as soon as one value is; DuckDB skips NULL. */
function nullable(name: string): CallRule {
  return (parts, write) => {
    const values = parts.map((part) => `(${write(part)})`);
    const anyNull = values.map((value) => `${value} IS NULL`).join(" OR ");
    return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${values.join(", ")}) END`;
  };
}

const concat: CallRule = (parts, write) => {
  if (parts.length === 0) throw unsupported("CONCAT of nothing");
  return `(${parts.map((part) => `(${write(part)})`).join(" || ")})`;
};

const arrayConcat: CallRule = (parts, write) =>
  parts.map(write).reduce((all, next) => (all === "" ? next : `(${all} || ${next})`), "");

/** A field without a name takes that of its column. */
const struct: CallRule = (parts, write) => structText(parts.map((part) => structField(part, write)));

function structField(part: readonly Node[], write: Write): { name: string | null; text: string } {
  const last = part.at(-1);
  if (isWord(part.at(-2), "AS") && (last?.kind === "word" || last?.kind === "quoted"))
    return { name: last.text, text: write(part.slice(0, -2)) };
  const isPath = part.every((node, i) => (i % 2 === 0 ? isName(node) : isSymbol(node, ".")));
  return { name: isPath && isName(last) ? (last.text.split(".").at(-1) ?? null) : null, text: write(part) };
}

function isName(node: Node | undefined): node is Token {
  const isLiteral = isWord(node, "NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIMESTAMP");
  return (node?.kind === "word" && !isLiteral) || node?.kind === "quoted";
}

const generateArray: CallRule = (parts, write) => {
  const [from = [], to = [], step] = parts;
  return `GS_GENERATE_ARRAY(${write(from)}, ${write(to)}, ${step ? write(step) : "1"})`;
};

/** Functions whose call needs more than another name. */
export const CALL_RULES: Readonly<Record<string, CallRule>> = {
  GREATEST: nullable("GREATEST"),
  LEAST: nullable("LEAST"),
  CONCAT: concat,
  ARRAY_CONCAT: arrayConcat,
  STRUCT: struct,
  GENERATE_ARRAY: generateArray,
  ...REGEXP_RULES,
  ...TEXT_RULES,
  ...ARRAY_RULES,
  ...TIME_RULES,
  ...FORMAT_RULES,
  ...JSON_RULES,
};
