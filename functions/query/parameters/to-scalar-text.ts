import type { ScalarTypeName } from "../warehouse/warehouse.ts";

/** Makes the text of a value; null when the value is none of the type. */
type ToText = (value: unknown) => string | null;

const MOST_DIGITS = 200;
const INTEGER = /^[+-]?\d{1,30}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const NOT_FINITE = /^(?:nan|[+-]?inf(?:inity)?)$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DATE = "(\\d{4})-(\\d{2})-(\\d{2})";
const CLOCK = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?";
const ZONE = "(?:Z| UTC|[+-](?:0\\d|1[0-4])(?::[0-5]\\d)?)";
const IS_DATE = new RegExp(`^${DATE}$`);
const IS_TIME = new RegExp(`^${CLOCK}$`);
const IS_DATETIME = new RegExp(`^${DATE}[T ]${CLOCK}$`);
const IS_TIMESTAMP = new RegExp(`^${DATE}(?:[T ]${CLOCK}${ZONE}?)?$`);
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** What each type takes: the text as BigQuery reads it, and what the sentence says of it. */
const SCALARS: Readonly<Record<ScalarTypeName, { readonly toText: ToText; readonly form: string }>> = {
  BOOL: { toText: toBool, form: "true or false" },
  INT64: { toText: toInt64, form: "an integer from -2^63 to 2^63-1, as a string beyond 2^53" },
  FLOAT64: { toText: toFloat64, form: 'a number, or "NaN", "Infinity" or "-Infinity"' },
  NUMERIC: { toText: toDecimal, form: 'a number, better as a string like "12.50"' },
  BIGNUMERIC: { toText: toDecimal, form: 'a number, better as a string like "12.50"' },
  STRING: { toText: toText, form: "a string without unpaired surrogates" },
  BYTES: { toText: matching(BASE64), form: "a string in base64 with its padding" },
  DATE: { toText: dated(IS_DATE), form: 'a day like "2026-01-31"' },
  TIME: { toText: matching(IS_TIME), form: 'a time of day like "09:30:00" or "09:30:00.123456"' },
  DATETIME: { toText: dated(IS_DATETIME), form: 'a moment without zone like "2026-01-31T09:30:00"' },
  TIMESTAMP: {
    toText: dated(IS_TIMESTAMP),
    form: 'a moment like "2026-01-31T09:30:00Z" or "2026-01-31 09:30:00+02:00"',
  },
  JSON: { toText: toJson, form: "a JSON value, or the text of one, at most 500 levels deep" },
};

/**
 * The text of a value of a type without parts.
 * @param value any JSON but null
 * @returns null when the value is none of the type
 */
export function toScalarText(type: ScalarTypeName, value: unknown): string | null {
  return SCALARS[type].toText(value);
}

/** How a value of the type is written: goes on from "must be". */
export function formOf(type: ScalarTypeName): string {
  return SCALARS[type].form;
}

function toBool(value: unknown): string | null {
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : null;
}

function toInt64(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value !== "string" || !INTEGER.test(value)) return null;
  const integer = BigInt(value.replace(/^\+/, ""));
  return integer >= MIN_INT64 && integer <= MAX_INT64 ? integer.toString() : null;
}

function toFloat64(value: unknown): string | null {
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (typeof value !== "string" || value.length > MOST_DIGITS) return null;
  return NOT_FINITE.test(value) || DECIMAL.test(value) ? value : null;
}

function toDecimal(value: unknown): string | null {
  // Beyond 2^53 the digits that were sent are no longer known.
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
  }
  return typeof value === "string" && value.length <= MOST_DIGITS && DECIMAL.test(value) ? value : null;
}

function toText(value: unknown): string | null {
  return typeof value === "string" && value.isWellFormed() ? value : null;
}

function matching(form: RegExp): ToText {
  return (value) => (typeof value === "string" && form.test(value) ? value : null);
}

function dated(form: RegExp): ToText {
  return (value) => {
    const match = typeof value === "string" ? form.exec(value) : null;
    return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? match[0] : null;
  };
}

/** GoogleSQL knows the days of the years 1 to 9999. */
function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  // Day 0 is the last one of the month before; the year 400 has the calendar of all leap years.
  return day <= new Date(Date.UTC(400 + (year % 400), month, 0)).getUTCDate();
}

/** BigQuery's JSON is at most so deep: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type. */
const DEEPEST_JSON = 500;

function toJson(value: unknown): string | null {
  try {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (typeof value === "string") JSON.parse(value);
    return text.isWellFormed() && depthOf(text) <= DEEPEST_JSON ? text : null;
  } catch {
    // No JSON, or too deep to be written.
    return null;
  }
}

/** How deep the lists and objects of a JSON text lie in each other. */
function depthOf(json: string): number {
  const brackets = json.replaceAll(/"(?:[^"\\]|\\.)*"|[^[\]{}"]+/g, "");
  let depth = 0;
  let deepest = 0;
  for (const bracket of brackets) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
