import {
  type CivilTime,
  dayOfYear,
  isoYearOf,
  isoYearStart,
  MONTHS,
  toCivilTime,
  WEEKDAYS,
  weekday,
} from "./civil-time.ts";

/** What is formatted: a type of GoogleSQL. An element that the type does not have is printed as it is written. */
export type Formatted = "DATE" | "TIME" | "DATETIME" | "TIMESTAMP";

const IGNORED: Readonly<Record<Formatted, string>> = {
  DATE: "cHIklMPpRrSsTXZz",
  TIME: "AaBbhCcDdeFGgjJmQsUuVWwxYyZz",
  DATETIME: "Zz",
  TIMESTAMP: "",
};

interface Moment extends CivilTime {
  /** Microseconds of the local calendar since 1970. */
  readonly local: bigint;
  readonly offsetMinutes: number;
}

const pad = (value: number, width: number, fill = "0") => String(value).padStart(width, fill);
const weekOf = (at: Moment, first: number) =>
  Math.floor((dayOfYear(at.year, at.days) + 6 - ((weekday(at.days) - first + 7) % 7)) / 7);

const ELEMENTS: Readonly<Record<string, (at: Moment) => string>> = {
  A: (at) => WEEKDAYS[weekday(at.days)] ?? "",
  a: (at) => (WEEKDAYS[weekday(at.days)] ?? "").slice(0, 3),
  B: (at) => MONTHS[at.month - 1] ?? "",
  b: (at) => (MONTHS[at.month - 1] ?? "").slice(0, 3),
  C: (at) => pad(Math.floor(at.year / 100), 2),
  d: (at) => pad(at.day, 2),
  e: (at) => pad(at.day, 2, " "),
  G: (at) => String(isoYearOf(at.days)),
  g: (at) => pad(isoYearOf(at.days) % 100, 2),
  H: (at) => pad(at.hour, 2),
  I: (at) => pad(at.hour % 12 || 12, 2),
  J: (at) => pad(at.days - isoYearStart(isoYearOf(at.days)) + 1, 3),
  j: (at) => pad(dayOfYear(at.year, at.days), 3),
  k: (at) => pad(at.hour, 2, " "),
  l: (at) => pad(at.hour % 12 || 12, 2, " "),
  M: (at) => pad(at.minute, 2),
  m: (at) => pad(at.month, 2),
  n: () => "\n",
  P: (at) => (at.hour < 12 ? "am" : "pm"),
  p: (at) => (at.hour < 12 ? "AM" : "PM"),
  Q: (at) => String(Math.ceil(at.month / 3)),
  S: (at) => pad(at.second, 2),
  s: (at) => String((at.local - BigInt(at.offsetMinutes) * 60_000_000n) / 1_000_000n),
  t: () => "\t",
  U: (at) => pad(weekOf(at, 0), 2),
  u: (at) => String(weekday(at.days) || 7),
  V: (at) => pad(Math.floor((at.days - isoYearStart(isoYearOf(at.days))) / 7) + 1, 2),
  W: (at) => pad(weekOf(at, 1), 2),
  w: (at) => String(weekday(at.days)),
  Y: (at) => String(at.year),
  y: (at) => pad(at.year % 100, 2),
  Z: (at) => zoneName(at.offsetMinutes),
  z: (at) => offsetText(at.offsetMinutes, ""),
  "%": () => "%",
  Ez: (at) => offsetText(at.offsetMinutes, ":"),
  E4Y: (at) => pad(at.year, 4),
  "E*S": (at) => `${pad(at.second, 2)}${`.${pad(at.micros, 6)}`.replace(/\.?0+$/, "")}`,
};

/** Elements that stand for others. */
const SHORT: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  h: "%b",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  x: "%m/%d/%y",
};

const ELEMENT = /%(E4Y|Ez|E\*S|E\d{1,2}S|E.|O.|.)/gs;

/**
 * Prints a moment
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time).
 * @param local microseconds of the local calendar and clock since 1970
 */
export function formatTime(type: Formatted, format: string, local: bigint, offsetMinutes: number): string {
  const at: Moment = { ...toCivilTime(local), local, offsetMinutes };
  const print = (text: string): string =>
    text.replace(ELEMENT, (all, element: string) => {
      if (IGNORED[type].includes(element.at(-1) ?? "")) return all;
      const short = SHORT[element];
      if (short !== undefined) return print(short);
      const digits = /^E(\d+)S$/.exec(element)?.[1];
      if (digits !== undefined) return secondsWith(at, Number(digits));
      const known = ELEMENTS[element];
      if (known === undefined) throw new Error(`unsupported: The format element %${element}`);
      return known(at);
    });
  return print(format);
}

function secondsWith(at: Moment, digits: number): string {
  const fraction = pad(at.micros, 6).padEnd(digits, "0").slice(0, digits);
  return `${pad(at.second, 2)}${digits > 0 ? `.${fraction}` : ""}`;
}

/** `-05:00`. */
export function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60), 2)}${separator}${pad(size % 60, 2)}`;
}

/** `UTC-5`, `UTC+0530`. */
function zoneName(minutes: number): string {
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60);
  const name = size % 60 === 0 ? String(hours) : `${pad(hours, 2)}${pad(size % 60, 2)}`;
  return `UTC${minutes < 0 ? "-" : "+"}${name}`;
}
