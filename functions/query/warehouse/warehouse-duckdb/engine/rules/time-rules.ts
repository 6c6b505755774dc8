import { unsupported } from "../failure.ts";
import { MACRO_NAMES } from "../macros/macros.ts";
import { isParentheses, isWord, type Node, type Write } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";

const LONGER_THAN_DAY = ["WEEK", "MONTH", "QUARTER", "YEAR"];
const CLOCK = ["SECOND", "MINUTE", "HOUR", "MICROSECOND", "MILLISECOND"];

/** Writes a value for a function of a type: a literal text is one of that type, as is NULL. */
export function writeAs(type: string, nodes: readonly Node[], write: Write): string {
  const [only] = nodes;
  const isLiteral = nodes.length === 1 && (only?.kind === "string" || isWord(only, "NULL"));
  return isLiteral ? `GS_CAST_${type}(${write(nodes)})` : write(nodes);
}

/** `name(x, INTERVAL n PART)`: adds or subtracts. */
function shift(type: string, verb: string, refused: readonly string[]): CallRule {
  const name = `${type}_${verb}`;
  return (parts, write, items) => {
    const part = items.at(-1);
    if (parts.length !== 2 || !isWord(parts[1]?.[0], "INTERVAL")) throw unsupported(`This form of ${name}`);
    if (isWord(part, ...refused)) throw unsupported(`${name} with ${part.text.toUpperCase()}`);
    return `GS_INNER_${verb}(${writeAs(type, parts[0] ?? [], write)}, ${write(parts[1])})`;
  };
}

/** The part that a call names, as the macros spell it: WEEK(MONDAY) is WEEK_MONDAY. */
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

function macroOf(
  name: string,
  prefix: string,
  nodes: readonly Node[] | undefined,
  fallback?: string,
): string {
  const part = nodes ? partName(nodes) : fallback;
  if (part === undefined || !MACRO_NAMES.has(`${prefix}_${part}`)) {
    throw unsupported(`${name} with ${part ?? "this part"}`);
  }
  return `GS_${prefix}_${part}`;
}

/** The part becomes a part of the macro's name, as in INNER_DIFF_WEEK_MONDAY. */
function difference(type: string): CallRule {
  const name = `${type}_DIFF`;
  return (parts, write) => {
    if (parts.length !== 3) throw unsupported(`This form of ${name}`);
    const [x = [], y = [], part] = parts;
    const macro = macroOf(name, type === "TIME" ? "INNER_DIFF_TIME" : "INNER_DIFF", part);
    return `${macro}(${writeAs(type, x, write)}, ${writeAs(type, y, write)})`;
  };
}

function truncation(type: string): CallRule {
  const name = `${type}_TRUNC`;
  return (parts, write) => {
    if (parts.length > 3) throw unsupported(`This form of ${name}`);
    const [x = [], part, zone] = parts;
    const macro = macroOf(
      name,
      type === "TIME" ? "INNER_TRUNC_TIME" : "INNER_TRUNC",
      part,
      type === "TIME" ? undefined : "DAY",
    );
    return `${macro}(${writeAs(type, x, write)}${zone ? `, ${write(zone)}` : ""})`;
  };
}

const lastDay: CallRule = (parts, write) => {
  if (parts.length > 2) throw unsupported("This form of LAST_DAY");
  const macro = macroOf("LAST_DAY", "INNER_LAST_DAY", parts[1], "MONTH");
  return `${macro}(${writeAs("DATE", parts[0] ?? [], write)})`;
};

const extract: CallRule = (_parts, write, items) => {
  const from = items.findIndex((node) => isWord(node, "FROM"));
  const macro = macroOf("EXTRACT", "EXTRACT", items.slice(0, from));
  const zone = items.findIndex((node, i) => isWord(node, "AT") && isWord(items[i + 1], "TIME"));
  if (zone < 0) {
    const value = items.slice(from + 1);
    return `${macro}(${isWord(value[0], "NULL") ? writeAs("TIMESTAMP", value, write) : write(value)})`;
  }
  return `${macro}(GS_AT_ZONE(${writeAs("TIMESTAMP", items.slice(from + 1, zone), write)}, ${write(items.slice(zone + 3))}))`;
};

/** `DATE_ADD`'s steps in GENERATE_DATE_ARRAY; without one, a day. */
const generateDates: CallRule = (parts, write) => {
  const [from = [], to = [], step] = parts;
  return `GS_GENERATE_DATE_ARRAY(${write(from)}, ${write(to)}, ${step ? write(step) : "GS_INTERVAL_DAY(1)"})`;
};

const generateTimestamps: CallRule = (parts, write) => {
  const [from = [], to = [], step] = parts;
  if (step === undefined || parts.length > 3) throw unsupported("This form of GENERATE_TIMESTAMP_ARRAY");
  const [first, last] = [from, to].map((part) => writeAs("TIMESTAMP", part, write));
  return `GS_INNER_TIMES(${first}, ${last}, ${write(step)})`;
};

/** Buckets start here unless the statement says otherwise. */
const BUCKET_ORIGIN = "GS_CAST_DATETIME('1950-01-01 00:00:00')";

/** `name(x, INTERVAL n PART [, origin])`: the start of the bucket that x is in. */
function bucket(type: string, refused: readonly string[]): CallRule {
  const name = `${type}_BUCKET`;
  return (parts, write) => {
    const [x = [], width = [], origin] = parts;
    if (parts.length < 2 || parts.length > 3 || !isWord(width[0], "INTERVAL"))
      throw unsupported(`This form of ${name}`);
    const part = width.at(-1);
    if (isWord(part, ...refused)) throw unsupported(`${name} with ${part.text.toUpperCase()}`);
    const value = writeAs(type, x, write);
    const from = origin ? `GS_INNER_MOMENT(${writeAs(type, origin, write)})` : BUCKET_ORIGIN;
    return `GS_INNER_LIKE(GS_INNER_BUCKET(GS_INNER_MOMENT(${value}), ${write(width)}, ${from}), ${value})`;
  };
}

/** MAKE_INTERVAL(year, month, day, hour, minute, second), by place or by name. */
const makeInterval: CallRule = (parts, write) => {
  const names = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
  const values = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const named = part.length > 2 && part[1]?.kind === "symbol" && part[1].text === "=>";
    const name = named && isWord(part[0], ...names) ? part[0].text.toUpperCase() : names[i];
    if (name === undefined || values.has(name)) throw unsupported("This form of MAKE_INTERVAL");
    values.set(name, write(named ? part.slice(2) : part));
  }
  const sum = [...values].map(([name, value]) => `GS_INTERVAL_${name}(${value})`);
  return sum.length === 0 ? "GS_INTERVAL_DAY(0)" : `(${sum.join(" + ")})`;
};

/** Functions of dates and times whose call needs more than another name. */
export const TIME_RULES: Readonly<Record<string, CallRule>> = {
  DATE_ADD: shift("DATE", "ADD", CLOCK),
  DATE_SUB: shift("DATE", "SUB", CLOCK),
  DATETIME_ADD: shift("DATETIME", "ADD", []),
  DATETIME_SUB: shift("DATETIME", "SUB", []),
  TIMESTAMP_ADD: shift("TIMESTAMP", "ADD", LONGER_THAN_DAY),
  TIMESTAMP_SUB: shift("TIMESTAMP", "SUB", LONGER_THAN_DAY),
  TIME_ADD: shift("TIME", "ADD", ["DAY", ...LONGER_THAN_DAY]),
  TIME_SUB: shift("TIME", "SUB", ["DAY", ...LONGER_THAN_DAY]),
  DATE_DIFF: difference("DATE"),
  DATETIME_DIFF: difference("DATETIME"),
  TIMESTAMP_DIFF: difference("TIMESTAMP"),
  TIME_DIFF: difference("TIME"),
  DATE_TRUNC: truncation("DATE"),
  DATETIME_TRUNC: truncation("DATETIME"),
  TIMESTAMP_TRUNC: truncation("TIMESTAMP"),
  TIME_TRUNC: truncation("TIME"),
  EXTRACT: extract,
  LAST_DAY: lastDay,
  GENERATE_DATE_ARRAY: generateDates,
  GENERATE_TIMESTAMP_ARRAY: generateTimestamps,
  MAKE_INTERVAL: makeInterval,
  DATE_BUCKET: bucket("DATE", CLOCK),
  DATETIME_BUCKET: bucket("DATETIME", []),
  TIMESTAMP_BUCKET: bucket("TIMESTAMP", ["MONTH", "QUARTER", "YEAR"]),
};
