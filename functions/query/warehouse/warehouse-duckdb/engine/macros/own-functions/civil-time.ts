const DAY_MS = 86_400_000;
const DAY_MICROS = 86_400_000_000n;

/** A moment of a calendar and a clock, without a zone. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Days since 1970-01-01. */
  readonly days: number;
}

/** Reads microseconds since 1970-01-01 00:00:00. */
export function toCivilTime(total: bigint): CivilTime {
  const ofDay = ((total % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  const days = Number((total - ofDay) / DAY_MICROS);
  const date = new Date(days * DAY_MS);
  const seconds = Number(ofDay / 1_000_000n);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: Number(ofDay % 1_000_000n),
    days,
  };
}

/** Days since 1970-01-01 of a date; null when the calendar has no such day. */
export function toDays(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() / DAY_MS : null;
}

/** 0 for Sunday to 6 for Saturday. */
export function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** Days since 1970-01-01 of the Monday on which an ISO year starts. */
export function isoYearStart(year: number): number {
  const fourth = toDays(year, 1, 4) ?? 0;
  return fourth - ((weekday(fourth) + 6) % 7);
}

/** The ISO year of a day. */
export function isoYearOf(days: number): number {
  const thursday = days - ((weekday(days) + 6) % 7) + 3;
  return new Date(thursday * DAY_MS).getUTCFullYear();
}

/** Day of the year, from 1. */
export function dayOfYear(year: number, days: number): number {
  return days - (toDays(year, 1, 1) ?? 0) + 1;
}

/** Names of months, January first. */
export const MONTHS: readonly string[] =
  "January,February,March,April,May,June,July,August,September,October,November,December".split(",");
/** Names of days, Sunday first. */
export const WEEKDAYS: readonly string[] = "Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday".split(
  ",",
);
