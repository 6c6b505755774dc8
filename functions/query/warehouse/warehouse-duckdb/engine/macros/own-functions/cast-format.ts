import { type CivilTime, dayOfYear, MONTHS, toCivilTime, toDays, WEEKDAYS, weekday } from "./civil-time.ts";
import type { Formatted } from "./time-format.ts";

const ELEMENT =
  /"((?:[^"\\]|\\.)*)"|(YYYY|YYY|YY|Y|MONTH|MON|MM|DDD|DD|DAY|DY|D|HH24|HH12|HH|MI|SSSSS|SS|FF[1-9]|A\.M\.|P\.M\.|AM|PM|TZH|TZM)|([-./,'; :]|T)|(.)/gis;

const DATE_PART = /^(Y+|MONTH|MON|MM|D|DD|DDD|DAY|DY)$/;
const ZONE_PART = /^TZ/;

interface Moment extends CivilTime {
  readonly offsetMinutes: number;
}

const pad = (value: number, width: number) => String(value).padStart(width, "0");

const ELEMENTS: Readonly<Record<string, (at: Moment) => string>> = {
  YYYY: (at) => pad(at.year, 4),
  YYY: (at) => pad(at.year % 1000, 3),
  YY: (at) => pad(at.year % 100, 2),
  Y: (at) => String(at.year % 10),
  MONTH: (at) => MONTHS[at.month - 1] ?? "",
  MON: (at) => (MONTHS[at.month - 1] ?? "").slice(0, 3),
  MM: (at) => pad(at.month, 2),
  DDD: (at) => pad(dayOfYear(at.year, at.days), 3),
  DD: (at) => pad(at.day, 2),
  D: (at) => String(weekday(at.days) + 1),
  DAY: (at) => WEEKDAYS[weekday(at.days)] ?? "",
  DY: (at) => (WEEKDAYS[weekday(at.days)] ?? "").slice(0, 3),
  HH24: (at) => pad(at.hour, 2),
  HH12: (at) => pad(at.hour % 12 || 12, 2),
  HH: (at) => pad(at.hour % 12 || 12, 2),
  MI: (at) => pad(at.minute, 2),
  SS: (at) => pad(at.second, 2),
  SSSSS: (at) => pad((at.hour * 60 + at.minute) * 60 + at.second, 5),
  AM: (at) => (at.hour < 12 ? "AM" : "PM"),
  PM: (at) => (at.hour < 12 ? "AM" : "PM"),
  "A.M.": (at) => (at.hour < 12 ? "A.M." : "P.M."),
  "P.M.": (at) => (at.hour < 12 ? "A.M." : "P.M."),
  TZH: (at) => `${at.offsetMinutes < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(at.offsetMinutes) / 60), 2)}`,
  TZM: (at) => pad(Math.abs(at.offsetMinutes) % 60, 2),
};

/**
 * CAST(x AS STRING FORMAT '…') of a date or time
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_date_time_as_string).
 */
export function castFormat(type: Formatted, format: string, local: bigint, offsetMinutes: number): string {
  const at: Moment = { ...toCivilTime(local), offsetMinutes };
  return format.replace(
    ELEMENT,
    (_all, quoted?: string, element?: string, plain?: string, other?: string) => {
      if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
      if (plain !== undefined) return plain;
      if (element === undefined) throw new Error(`unsupported: The format element ${other} in CAST`);
      const name = element.toUpperCase();
      checkType(type, name);
      const digits = /^FF(\d)$/.exec(name)?.[1];
      const text = digits
        ? pad(at.micros, 6).padEnd(9, "0").slice(0, Number(digits))
        : (ELEMENTS[name]?.(at) ?? "");
      return inCaseOf(element, text);
    },
  );
}

function checkType(type: Formatted, name: string): void {
  const isDatePart = DATE_PART.test(name);
  const isZonePart = ZONE_PART.test(name);
  const fits =
    type === "TIMESTAMP" ||
    (type === "DATETIME" && !isZonePart) ||
    (type === "DATE" && isDatePart) ||
    (type === "TIME" && !isDatePart && !isZonePart);
  if (!fits) throw new Error(`error: ${type} does not support the format element ${name}`);
}

/** The case of an element's first two letters is that of its text: MONTH, Month, month. */
function inCaseOf(element: string, text: string): string {
  const [first = "", second = first] = element;
  if (first === first.toLowerCase() && /[a-z]/.test(first)) return text.toLowerCase();
  const isTitle = /[a-z]/.test(second);
  return isTitle ? text.charAt(0).toUpperCase() + text.slice(1).toLowerCase() : text.toUpperCase();
}

const DIGITS: Readonly<Record<string, number>> = {
  YYYY: 4,
  MM: 2,
  DD: 2,
  HH24: 2,
  HH12: 2,
  HH: 2,
  MI: 2,
  SS: 2,
};

/**
 * CAST('…' AS DATE FORMAT '…') and the like, for formats that name the whole date or time they read.
 * @returns microseconds of the local calendar since 1970
 */
export function castParse(format: string, source: string): bigint {
  const found = new Map<string, number>();
  const text = source.trim();
  let at = 0;
  for (const [all, quoted, element, plain] of format.matchAll(ELEMENT)) {
    const literal = quoted ?? plain;
    if (element !== undefined) at = readElement(element.toUpperCase(), text, at, found);
    else if (literal !== undefined) at = readLiteral(literal, text, at);
    else throw new Error(`unsupported: The format element ${all} in CAST`);
    if (at < 0) throw mismatch(source, format);
  }
  if (at !== text.length) throw mismatch(source, format);
  return total(found, source, format);
}

function readLiteral(literal: string, text: string, at: number): number {
  if (literal === " ") return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
  return text.startsWith(literal, at) ? at + literal.length : -1;
}

function readElement(name: string, text: string, at: number, found: Map<string, number>): number {
  const rest = text.slice(at);
  if (name === "MONTH" || name === "MON") return at + readMonth(name, rest.toLowerCase(), found, at);
  if (/^[AP]\.?M\.?$/.test(name)) {
    const half = /^[ap]\.?m\.?/i.exec(rest)?.[0];
    found.set("PM", half?.toLowerCase().startsWith("p") ? 1 : 0);
    return half === undefined ? -1 : at + half.length;
  }
  const fraction = /^FF(\d)$/.exec(name)?.[1];
  const digits = DIGITS[name] ?? Number(fraction ?? 0);
  if (digits === 0) throw new Error(`unsupported: Parsing of the format element ${name} in CAST`);
  const number = new RegExp(`^\\d{1,${digits}}`).exec(rest)?.[0];
  if (number === undefined) return -1;
  found.set(fraction ? "FF" : name, Number(fraction ? number.padEnd(6, "0").slice(0, 6) : number));
  return at + number.length;
}

/** How long the name of the month is; a length that leads to before the start when there is none. */
function readMonth(name: string, rest: string, found: Map<string, number>, at: number): number {
  const names = MONTHS.map((month) => (name === "MON" ? month.slice(0, 3) : month).toLowerCase());
  const index = names.findIndex((month) => rest.startsWith(month));
  found.set("MM", index + 1);
  return names[index]?.length ?? -at - 1;
}

function total(found: ReadonlyMap<string, number>, source: string, format: string): bigint {
  const hasDate = ["YYYY", "MM", "DD"].filter((name) => found.has(name)).length;
  const isWhole = found.has("YYYY") && found.has("MM");
  if (hasDate !== 0 && !isWhole)
    throw new Error("unsupported: CAST with a FORMAT that leaves the year or month out");
  const days = toDays(found.get("YYYY") ?? 1970, found.get("MM") ?? 1, found.get("DD") ?? 1);
  const half = found.get("HH12") ?? found.get("HH");
  const hour = half === undefined ? (found.get("HH24") ?? 0) : (half % 12) + (found.get("PM") ?? 0) * 12;
  const [minute, second] = [found.get("MI") ?? 0, found.get("SS") ?? 0];
  if (days === null || hour > 23 || minute > 59 || second > 59) throw mismatch(source, format);
  const clock = (hour * 60 + minute) * 60 + second;
  return (BigInt(days) * 86_400n + BigInt(clock)) * 1_000_000n + BigInt(found.get("FF") ?? 0);
}

function mismatch(text: string, format: string): Error {
  const plain = (value: string) => value.slice(0, 100).replace(/["']/g, "");
  return new Error(`error: The text ${plain(text)} does not fit the format ${plain(format)}`);
}
