import { isoYearStart, MONTHS, toDays, WEEKDAYS } from "./civil-time.ts";
import { parseOffset } from "./zone-offset.ts";

/** What a text says about a moment; the default is 1970-01-01 00:00:00. */
interface Parsed {
  year: number;
  century: number | null;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  isTwelveHour: boolean;
  isAfternoon: boolean;
  minute: number;
  second: number;
  micros: number;
  epochSeconds: bigint | null;
  /** Minutes east of Greenwich, or the name of a zone. */
  zone: number | string | null;
  isoYear: number | null;
  isoWeek: number | null;
  isoDay: number | null;
  weekday: number | null;
  week: readonly [number: number, first: number] | null;
}

/** A moment of the local calendar, and the zone that the text names. */
export interface ParsedTime {
  /** Microseconds since 1970. */
  readonly local: bigint;
  readonly zone: number | string | null;
}

type Step = (text: string, at: number, into: Parsed, next: string) => number;

/** Reads an integer of at most `width` digits. @returns where it ends; -1 when it is none or out of range */
function integer(width: number, min: number, max: number, put: (into: Parsed, value: number) => void): Step {
  return (text, at, into) => {
    const found = /^\d+/.exec(text.slice(at, at + width))?.[0];
    const value = Number(found);
    if (found === undefined || value < min || value > max) return -1;
    put(into, value);
    return at + found.length;
  };
}

function name(names: readonly string[], put: (into: Parsed, index: number) => void): Step {
  return (text, at, into) => {
    const rest = text.slice(at).toLowerCase();
    const index = names.findIndex((each) => rest.startsWith(each.slice(0, 3).toLowerCase()));
    const full = names[index]?.toLowerCase();
    if (full === undefined) return -1;
    put(into, index);
    return at + (rest.startsWith(full) ? full.length : 3);
  };
}

const meridian: Step = (text, at, into) => {
  const found = /^[ap]m/i.exec(text.slice(at))?.[0].toLowerCase();
  if (found === undefined) return -1;
  into.isAfternoon = found === "pm";
  return at + 2;
};

/** Seconds with digits after a point: at most so many. */
function seconds(digits: number): Step {
  const whole = ELEMENTS["S"] as Step;
  return (text, at, into, next) => {
    const end = whole(text, at, into, next);
    if (end < 0 || digits === 0 || text[end] !== ".") return end;
    const fraction = /^\d*/.exec(text.slice(end + 1, end + 1 + digits))?.[0] ?? "";
    if (fraction.length > 6) throw new Error("unsupported: A time with more than 6 digits of a second");
    into.micros = Number(fraction.padEnd(6, "0"));
    return end + 1 + fraction.length;
  };
}

function offset(pattern: RegExp): Step {
  return (text, at, into) => {
    const found = pattern.exec(text.slice(at))?.[0];
    if (found === undefined) return -1;
    into.zone = found === "Z" ? 0 : parseOffset(found);
    return into.zone === null ? -1 : at + found.length;
  };
}

const spaces: Step = (text, at) => at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
const twelve = integer(2, 1, 12, (into, hour) => {
  into.hour = hour;
  into.isTwelveHour = true;
});
const hours = integer(2, 0, 23, (into, hour) => {
  into.hour = hour;
  into.isTwelveHour = false;
});
const monthName = name(MONTHS, (into, index) => {
  into.month = index + 1;
});
const dayName = name(WEEKDAYS, (into, index) => {
  into.weekday = index;
});
const dayOfMonth = integer(2, 1, 31, (into, day) => {
  into.day = day;
});
/** A year takes five digits unless another element follows. */
const fullYear: Step = (text, at, into, next) =>
  integer(next === "%" ? 4 : 5, 0, 10_000, (parsed, year) => {
    parsed.year = year;
    parsed.century = null;
  })(text, at, into, next);

const ELEMENTS: Readonly<Record<string, Step>> = {
  A: dayName,
  a: dayName,
  B: monthName,
  b: monthName,
  h: monthName,
  C: integer(2, 0, 99, (into, century) => {
    into.year = into.century === null ? 0 : into.year;
    into.century = century;
  }),
  d: dayOfMonth,
  e: (text, at, into, next) => dayOfMonth(text, spaces(text, at, into, next), into, next),
  G: integer(5, 0, 10_000, (into, year) => {
    into.isoYear = year;
  }),
  H: hours,
  k: (text, at, into, next) => hours(text, spaces(text, at, into, next), into, next),
  I: twelve,
  l: (text, at, into, next) => twelve(text, spaces(text, at, into, next), into, next),
  J: integer(3, 1, 371, (into, day) => {
    into.isoDay = day;
  }),
  j: integer(3, 1, 366, (into, day) => {
    into.dayOfYear = day;
  }),
  M: integer(2, 0, 59, (into, minute) => {
    into.minute = minute;
  }),
  m: integer(2, 1, 12, (into, month) => {
    into.month = month;
  }),
  n: spaces,
  t: spaces,
  P: meridian,
  p: meridian,
  Q: integer(1, 1, 4, (into, quarter) => {
    into.month = quarter * 3 - 2;
    into.day = 1;
  }),
  S: integer(2, 0, 60, (into, second) => {
    into.second = second;
  }),
  s: (text, at, into) => {
    const found = /^-?\d{1,12}/.exec(text.slice(at))?.[0];
    if (found === undefined) return -1;
    into.epochSeconds = BigInt(found);
    return at + found.length;
  },
  U: integer(2, 0, 53, (into, week) => {
    into.week = [week, 0];
  }),
  u: integer(1, 1, 7, (into, day) => {
    into.weekday = day % 7;
  }),
  V: integer(2, 1, 53, (into, week) => {
    into.isoWeek = week;
  }),
  W: integer(2, 0, 53, (into, week) => {
    into.week = [week, 1];
  }),
  w: integer(1, 0, 6, (into, day) => {
    into.weekday = day;
  }),
  Y: fullYear,
  y: integer(2, 0, 99, (into, year) => {
    into.year = year;
    into.century ??= year < 69 ? 20 : 19;
  }),
  Z: (text, at, into) => {
    const found = /^\S+/.exec(text.slice(at))?.[0];
    if (found === undefined) return -1;
    into.zone = found;
    return at + found.length;
  },
  z: offset(/^[+-]\d{2}:?\d{0,2}/),
  Ez: offset(/^(?:Z|[+-]\d{2}:?\d{0,2})/),
  E4Y: (text, at, into) => (/^\d{4}/.test(text.slice(at)) ? fullYear(text, at, into, "%") : -1),
};

/** Elements that stand for others. */
const SHORT: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  x: "%m/%d/%y",
};

const PIECE = /\s+|%(E4Y|Ez|E\*S|E\d{1,2}S|.)|./sy;

/**
 * Reads a text by a format, as PARSE_TIMESTAMP and its kin do. What the format leaves out is of 1970-01-01 00:00:00.
 * @throws Error when the text does not fit
 */
export function parseTime(format: string, source: string): ParsedTime {
  const pattern = format.replace(/%([cDFRrTXx])/g, (all, letter: string) => SHORT[letter] ?? all);
  const text = source.trim();
  const into = emptyTime();
  let at = 0;
  for (let from = 0; from < pattern.length; ) {
    PIECE.lastIndex = from;
    const [piece = "", element] = PIECE.exec(pattern) ?? [];
    from += piece.length;
    at = readPiece(piece, element)(text, at, into, pattern[from] ?? "");
    if (at < 0) throw mismatch(source, format);
  }
  if (at !== text.length) throw mismatch(source, format);
  return { local: microsOf(into, source, format), zone: into.epochSeconds === null ? into.zone : 0 };
}

function readPiece(piece: string, element: string | undefined): Step {
  if (/^\s/.test(piece)) return spaces;
  if (element !== undefined && element !== "%") return stepOf(element);
  return (text, at) => (text.startsWith(element ?? piece, at) ? at + 1 : -1);
}

function stepOf(element: string): Step {
  if (element === "E*S") return seconds(12);
  const digits = /^E(\d+)S$/.exec(element)?.[1];
  const step = digits === undefined ? ELEMENTS[element] : seconds(Number(digits));
  if (step === undefined) throw new Error(`unsupported: Parsing of the format element %${element}`);
  return step;
}

function mismatch(text: string, format: string): Error {
  const plain = (value: string) => value.slice(0, 100).replace(/["']/g, "");
  return new Error(`error: The text ${plain(text)} does not fit the format ${plain(format)}`);
}

function emptyTime(): Parsed {
  return {
    ...{ year: 1970, century: null, month: 1, day: 1, dayOfYear: null, hour: 0, isTwelveHour: false },
    ...{ isAfternoon: false, minute: 0, second: 0, micros: 0, epochSeconds: null, zone: null },
    ...{ isoYear: null, isoWeek: null, isoDay: null, weekday: null, week: null },
  };
}

function microsOf(into: Parsed, text: string, format: string): bigint {
  if (into.epochSeconds !== null) return into.epochSeconds * 1_000_000n;
  const days = daysOf(into);
  if (days === null) throw mismatch(text, format);
  const hour = into.isTwelveHour ? (into.hour % 12) + (into.isAfternoon ? 12 : 0) : into.hour;
  const clock = (hour * 60 + into.minute) * 60 + into.second;
  return (BigInt(days) * 86_400n + BigInt(clock)) * 1_000_000n + BigInt(into.micros);
}

function daysOf(into: Parsed): number | null {
  const year = into.century === null ? into.year : into.century * 100 + (into.year % 100);
  const monday = (into.weekday ?? 1) === 0 ? 6 : (into.weekday ?? 1) - 1;
  if (into.isoYear !== null || into.isoWeek !== null) {
    const start = isoYearStart(into.isoYear ?? year);
    return into.isoDay === null ? start + ((into.isoWeek ?? 1) - 1) * 7 + monday : start + into.isoDay - 1;
  }
  if (into.week !== null) throw new Error("unsupported: Parsing of the format elements %U and %W");
  if (into.dayOfYear === null) return toDays(year, into.month, into.day);
  const first = toDays(year, 1, 1);
  return first === null ? null : first + into.dayOfYear - 1;
}
