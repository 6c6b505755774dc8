import { ARRAY_RULES } from "./array-rules.ts";
import { FORMAT_RULES } from "./date-format-rules.ts";
import { unsupported } from "./failure.ts";
import { JSON_RULES } from "./json-rules.ts";
import type { Token } from "./lexer.ts";
import { MACRO_NAMES } from "./macros.ts";
import type { Write } from "./syntax-tree.ts";
import { isParentheses, isSymbol, isWord, type Node } from "./syntax-tree.ts";
import { TEXT_RULES } from "./text-rules.ts";
import { structText } from "./type-rule.ts";

/** Writes one call from its arguments, split at the commas. */
export type CallRule = (parts: readonly Node[][], write: Write, items: readonly Node[]) => string;

/** `name(x, INTERVAL n PART)`: adds or subtracts. */
function shift(name: string, refused: readonly string[]): CallRule {
  return (parts, write, items) => {
    const part = items.at(-1);
    if (parts.length !== 2 || !isWord(parts[1]?.[0], "INTERVAL")) throw unsupported(`This form of ${name}`);
    if (isWord(part, ...refused)) throw unsupported(`${name} with ${part.text.toUpperCase()}`);
    return `GS_${name}(${write(items)})`;
  };
}

/** `name(…, PART)`: the part becomes a part of the macro's name, as in DATE_DIFF_WEEK_MONDAY. */
function byPart(name: string, values: number, fallback?: string): CallRule {
  return (parts, write) => {
    const part = parts[values] ? partName(parts[values]) : fallback;
    if (part === undefined || !MACRO_NAMES.has(`${name}_${part}`)) {
      throw unsupported(`${name} with ${part ?? "this part"}`);
    }
    if (parts.length > values + 1) throw unsupported(`${name} with a time zone`);
    return `GS_${name}_${part}(${parts.slice(0, values).map(write).join(", ")})`;
  };
}

function partName(nodes: readonly Node[]): string | undefined {
  const [word, day] = nodes;
  if (word?.kind !== "word") return undefined;
  const name = word.text.toUpperCase();
  if (nodes.length === 1) return name;
  const [first] = isParentheses(day) ? day.items : [];
  return nodes.length === 2 && name === "WEEK" && first?.kind === "word"
    ? `WEEK_${first.text.toUpperCase()}`
    : undefined;
}

const timestampTrunc: CallRule = (parts, write) => {
  const part = parts[1] && partName(parts[1]);
  if (part === undefined || !MACRO_NAMES.has(`TIMESTAMP_TRUNC_${part}`)) {
    throw unsupported(`TIMESTAMP_TRUNC with ${part ?? "this part"}`);
  }
  const zone = parts[2] ? write(parts[2]) : "'UTC'";
  return `GS_TIMESTAMP_TRUNC_${part}(${write(parts[0] ?? [])}, ${zone})`;
};

const extract: CallRule = (_parts, write, items) => {
  const from = items.findIndex((node) => isWord(node, "FROM"));
  const part = partName(items.slice(0, from));
  if (part === undefined || !MACRO_NAMES.has(`EXTRACT_${part}`))
    throw unsupported(`EXTRACT of ${part ?? "this part"}`);
  const zone = items.findIndex((node, i) => isWord(node, "AT") && isWord(items[i + 1], "TIME"));
  if (zone < 0) return `GS_EXTRACT_${part}(${write(items.slice(from + 1))})`;
  return `GS_EXTRACT_${part}(GS_AT_ZONE(${write(items.slice(from + 1, zone))}, ${write(items.slice(zone + 3))}))`;
};

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

/** A pattern with more than one group is an error in GoogleSQL; with one, the group is the result. */
function regexpExtract(macro: string): CallRule {
  return (parts, write) => {
    const pattern = parts[1]?.[0];
    if (parts.length !== 2 || pattern?.kind !== "string" || parts[1]?.length !== 1) {
      throw unsupported("REGEXP_EXTRACT with a position or a pattern that is not a literal");
    }
    const plain = pattern.text.replace(/\\./gs, "").replace(/\[\^?\]?[^\]]*\]/g, "");
    const groups = [...plain.matchAll(/\((?!\?)|\(\?P?</g)].length;
    if (groups > 1) throw unsupported("REGEXP_EXTRACT with more than one group");
    return `GS_${macro}(${write(parts[0] ?? [])}, ${write(parts[1])}, ${groups})`;
  };
}

const regexpReplace: CallRule = (_parts, write, items) => `GS_REGEXP_REPLACE_ALL(${write(items)})`;

const lastDay: CallRule = byPart("LAST_DAY", 1, "MONTH");

/** `DATE_ADD`'s steps in GENERATE_DATE_ARRAY; without one, a day. */
const generateDates: CallRule = (parts, write) => {
  const [from = [], to = [], step] = parts;
  return `GS_GENERATE_DATE_ARRAY(${write(from)}, ${write(to)}, ${step ? write(step) : "GS_INTERVAL_DAY(1)"})`;
};

const generateArray: CallRule = (parts, write) => {
  const [from = [], to = [], step] = parts;
  return `GS_GENERATE_ARRAY(${write(from)}, ${write(to)}, ${step ? write(step) : "1"})`;
};

const LONGER_THAN_DAY = ["WEEK", "MONTH", "QUARTER", "YEAR"];
const CLOCK = ["SECOND", "MINUTE", "HOUR", "MICROSECOND", "MILLISECOND"];

/** Functions whose call needs more than another name. */
export const CALL_RULES: Readonly<Record<string, CallRule>> = {
  DATE_ADD: shift("DATE_ADD", CLOCK),
  DATE_SUB: shift("DATE_SUB", CLOCK),
  DATETIME_ADD: shift("DATETIME_ADD", []),
  DATETIME_SUB: shift("DATETIME_SUB", []),
  TIMESTAMP_ADD: shift("TIMESTAMP_ADD", LONGER_THAN_DAY),
  TIMESTAMP_SUB: shift("TIMESTAMP_SUB", LONGER_THAN_DAY),
  TIME_ADD: shift("TIME_ADD", ["DAY", ...LONGER_THAN_DAY]),
  TIME_SUB: shift("TIME_SUB", ["DAY", ...LONGER_THAN_DAY]),
  DATE_DIFF: byPart("DATE_DIFF", 2),
  DATETIME_DIFF: byPart("DATETIME_DIFF", 2),
  TIMESTAMP_DIFF: byPart("TIMESTAMP_DIFF", 2),
  TIME_DIFF: byPart("TIME_DIFF", 2),
  DATE_TRUNC: byPart("DATE_TRUNC", 1),
  DATETIME_TRUNC: byPart("DATETIME_TRUNC", 1),
  TIME_TRUNC: byPart("TIME_TRUNC", 1),
  TIMESTAMP_TRUNC: timestampTrunc,
  EXTRACT: extract,
  LAST_DAY: lastDay,
  GREATEST: nullable("GREATEST"),
  LEAST: nullable("LEAST"),
  CONCAT: concat,
  ARRAY_CONCAT: arrayConcat,
  STRUCT: struct,
  REGEXP_EXTRACT: regexpExtract("REGEXP_EXTRACT_GROUP"),
  REGEXP_EXTRACT_ALL: regexpExtract("REGEXP_EXTRACT_ALL_GROUP"),
  REGEXP_REPLACE: regexpReplace,
  GENERATE_ARRAY: generateArray,
  GENERATE_DATE_ARRAY: generateDates,
  ...TEXT_RULES,
  ...ARRAY_RULES,
  ...FORMAT_RULES,
  ...JSON_RULES,
};
