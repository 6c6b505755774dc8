import { unsupported } from "../failure.ts";
import { quoteLiteral } from "../syntax/literal.ts";
import type { Node, Write } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";
import { writeAs } from "./time-rules.ts";

/**
 * Elements of a date format that DuckDB prints as GoogleSQL does, in DuckDB's spelling; all others are printed by our own function
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time).
 */
const DATE_ELEMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."AaBbdjmUuVwWYyG%"].map((letter) => [letter, `%${letter}`])),
  h: "%b",
  F: "%Y-%m-%d",
  D: "%m/%d/%y",
};
const TIME_ELEMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."HIMSp"].map((letter) => [letter, `%${letter}`])),
  T: "%H:%M:%S",
  R: "%H:%M",
};
const PRINTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DATE: DATE_ELEMENTS,
  DATETIME: { ...DATE_ELEMENTS, ...TIME_ELEMENTS },
  TIMESTAMP: { ...DATE_ELEMENTS, ...TIME_ELEMENTS },
  TIME: {},
};

/** Elements that DuckDB reads as GoogleSQL does. */
const READ: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."YmdHMS"].map((letter) => [letter, `%${letter}`])),
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
};

function literalOf(nodes: readonly Node[] | undefined): string | null {
  const [literal] = nodes ?? [];
  return nodes?.length === 1 && literal?.kind === "string" ? literal.text : null;
}

/** A format in DuckDB's spelling; null when one element is not among those that both know. */
function inDuckdb(format: string | null, known: Readonly<Record<string, string>>): string | null {
  if (format === null || format === "") return null;
  let isKnown = true;
  const text = format.replace(/%(.?)/gs, (_all, letter: string) => {
    const spelled = known[letter];
    isKnown &&= spelled !== undefined;
    return spelled ?? "";
  });
  return isKnown ? quoteLiteral(text) : null;
}

function format(type: string): CallRule {
  const name = `FORMAT_${type}`;
  return (parts, write) => {
    const [pattern = [], value = [], zone] = parts;
    if (parts.length < 2 || parts.length > 3 || (zone && type !== "TIMESTAMP"))
      throw unsupported(`This form of ${name}`);
    const native = inDuckdb(literalOf(pattern), PRINTED[type] ?? {});
    const typed = writeAs(type, value, write);
    if (native === null) {
      if (zone) return `GS_INNER_FORMAT_ZONED(${write(pattern)}, ${typed}, ${write(zone)})`;
      return `GS_INNER_FORMAT('${type}', ${write(pattern)}, ${typed})`;
    }
    return `GS_INNER_STRFTIME(${zone ? `GS_AT_ZONE(${typed}, ${write(zone)})` : typed}, ${native})`;
  };
}

/** DuckDB takes 1900 for a year that is not there, GoogleSQL 1970. */
function readByDuckdb(pattern: string | null): string | null {
  const isWhole = /%F|%Y.*%m.*%d|%m.*%d.*%Y|%d.*%m.*%Y|%Y.*%d.*%m/s.test(pattern ?? "");
  return isWhole ? inDuckdb(pattern, READ) : null;
}

function parsed(parts: readonly Node[][], write: Write): string {
  const [pattern = [], value = []] = parts;
  const native = readByDuckdb(literalOf(pattern));
  return `GS_INNER_PARSE(${write(value)}, ${write(pattern)}${native === null ? "" : `, ${native}`})`;
}

function parse(type: string): CallRule {
  return (parts, write) => {
    if (parts.length !== 2) throw unsupported(`This form of PARSE_${type}`);
    return `GS_${type}(${parsed(parts, write)})`;
  };
}

const parseTimestamp: CallRule = (parts, write) => {
  const [pattern = [], value = [], zone] = parts;
  if (parts.length < 2 || parts.length > 3) throw unsupported("This form of PARSE_TIMESTAMP");
  const text = literalOf(pattern);
  const namesZone = text === null || /%(E?z|Z|s)/.test(text);
  const inZone = zone ? write(zone) : "'+00:00'";
  if (namesZone) return `GS_INNER_PARSE_ZONED(${write(value)}, ${write(pattern)}, ${inZone})`;
  return zone ? `GS_TIMESTAMP(${parsed(parts, write)}, ${inZone})` : `GS_TIMESTAMP(${parsed(parts, write)})`;
};

/** FORMAT_… and PARSE_…. */
export const FORMAT_RULES: Readonly<Record<string, CallRule>> = {
  FORMAT_DATE: format("DATE"),
  FORMAT_DATETIME: format("DATETIME"),
  FORMAT_TIMESTAMP: format("TIMESTAMP"),
  FORMAT_TIME: format("TIME"),
  PARSE_DATE: parse("DATE"),
  PARSE_DATETIME: parse("DATETIME"),
  PARSE_TIME: parse("TIME"),
  PARSE_TIMESTAMP: parseTimestamp,
};
