import type { CallRule } from "./call-rules.ts";
import { unsupported } from "./failure.ts";
import { quoteLiteral } from "./literal.ts";
import type { Node } from "./syntax-tree.ts";

/**
 * Elements of a date format that DuckDB reads and prints as GoogleSQL does, in DuckDB's spelling
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time).
 */
const SHARED_ELEMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."AaBbdHIjMmpSUuVwWYyG%"].map((letter) => [letter, `%${letter}`])),
  h: "%b",
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
  R: "%H:%M",
  D: "%m/%d/%y",
};

function elements(
  name: string,
  format: readonly Node[] | undefined,
  extra: Readonly<Record<string, string>>,
): string {
  const [literal] = format ?? [];
  if (format?.length !== 1 || literal?.kind !== "string")
    throw unsupported(`${name} with a format that is not a literal`);
  return literal.text.replace(/%(.?)/gs, (element, letter: string) => {
    const found = SHARED_ELEMENTS[letter] ?? extra[letter];
    if (found === undefined) throw unsupported(`The format element ${element}`);
    return found;
  });
}

/** Marks in a DuckDB format for what only an expression can print. */
const QUARTER = "\ue000";
const DAY_OF_MONTH = "\ue001";

function formatted(value: string, format: string): string {
  const pieces = format.split(/([\ue000\ue001])/).filter((piece) => piece !== "");
  const texts = pieces.map((piece) => {
    if (piece === QUARTER) return `GS_CAST_STRING(GS_EXTRACT_QUARTER(${value}))`;
    if (piece === DAY_OF_MONTH) return `GS_LPAD(GS_CAST_STRING(GS_EXTRACT_DAY(${value})), 2, ' ')`;
    return `GS_STRFTIME(${value}, ${quoteLiteral(piece)})`;
  });
  return texts.length === 0 ? "''" : `(${texts.join(" || ")})`;
}

function format(name: string, cast: string): CallRule {
  return (parts, write) => {
    const text = elements(name, parts[0], { Q: QUARTER, e: DAY_OF_MONTH });
    const value = write(parts[1] ?? []);
    if (parts.length > 2 && name !== "FORMAT_TIMESTAMP") throw unsupported(`This form of ${name}`);
    return formatted(parts[2] ? `GS_AT_ZONE(${value}, ${write(parts[2])})` : `${cast}(${value})`, text);
  };
}

function parse(name: string): CallRule {
  return (parts, write) => {
    if (parts.length !== 2) throw unsupported(`${name} with a time zone`);
    return `GS_${name}_AS(${write(parts[1] ?? [])}, ${quoteLiteral(elements(name, parts[0], {}))})`;
  };
}

/** FORMAT_… and PARSE_… with formats that are known when the statement is translated. */
export const FORMAT_RULES: Readonly<Record<string, CallRule>> = {
  FORMAT_DATE: format("FORMAT_DATE", "GS_AS_DATE"),
  FORMAT_DATETIME: format("FORMAT_DATETIME", "GS_CAST_DATETIME"),
  FORMAT_TIMESTAMP: format("FORMAT_TIMESTAMP", "GS_CAST_DATETIME"),
  PARSE_DATE: parse("PARSE_DATE"),
  PARSE_DATETIME: parse("PARSE_DATETIME"),
  PARSE_TIMESTAMP: parse("PARSE_TIMESTAMP"),
};
