import type { Cell, Field, Row } from "../warehouse.ts";
import { contentOf, membersOf } from "./rest-value.ts";

/**
 * Converts one row of the REST form (`{f: [{v}]}`, every scalar a string) into JSON that keeps the value's meaning.
 * @param row untrusted
 * @throws TypeError, SyntaxError or RangeError when the row does not fit the schema
 */
export function toRow(fields: readonly Field[], row: unknown): Row {
  const cells = membersOf(row, "f");
  if (cells.length !== fields.length)
    throw new TypeError("A row has another number of cells than the schema.");
  // fromEntries defines own properties: a column called __proto__ stays a column.
  return Object.fromEntries(
    fields.map((field, index) => [field.name, toCell(field, contentOf(cells[index]))]),
  );
}

function toCell(field: Field, value: unknown): Cell {
  if (field.mode === "REPEATED") {
    if (value === null) return [];
    if (!Array.isArray(value)) throw new TypeError("A repeated cell is not a list.");
    return value.map((element) => toSingleCell(field, contentOf(element)));
  }
  return toSingleCell(field, value);
}

function toSingleCell(field: Field, value: unknown): Cell {
  if (value === null) return null;
  if (field.type === "STRUCT") return toRow(field.fields ?? [], value);
  if (typeof value !== "string") throw new TypeError(`A ${field.type} cell is not a string.`);
  const convert = SCALARS.get(field.type);
  // NUMERIC, BIGNUMERIC, DATE, BYTES, GEOGRAPHY, INTERVAL, RANGE and STRING arrive as they are answered.
  return convert === undefined ? value : convert(value);
}

const SCALARS: ReadonlyMap<string, (text: string) => Cell> = new Map([
  ["INT64", toInteger],
  ["FLOAT64", toFloat],
  ["BOOL", toBoolean],
  ["TIMESTAMP", toTimestamp],
  ["TIME", toShortFraction],
  ["DATETIME", toShortFraction],
  ["JSON", (text) => text],
]);

function toInteger(text: string): Cell {
  if (!/^-?\d+$/.test(text)) throw new TypeError("An INT64 cell is not an integer.");
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** JSON has no NaN and no infinities: they become the strings that GoogleSQL's TO_JSON writes. */
function toFloat(text: string): Cell {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? "-Infinity" : "Infinity";
  if (/^nan$/i.test(text)) return "NaN";
  const number = Number(text);
  if (text.trim() === "" || Number.isNaN(number)) throw new TypeError("A FLOAT64 cell is not a number.");
  return number;
}

function toBoolean(text: string): Cell {
  if (text !== "true" && text !== "false") throw new TypeError("A BOOL cell is neither true nor false.");
  return text === "true";
}

/** Of six digits after the second the last three are left out when they are zeros, and all when all are, as GoogleSQL writes them. */
function toShortFraction(text: string): Cell {
  return text.replace(/(?:\.0{6}|(?<=\.\d{3})0{3})$/, "");
}

const MICROS_PER_SECOND = 1_000_000n;

/** Microseconds since 1970 to ISO 8601 in UTC with none, three or six digits of a second, as GoogleSQL writes them. */
function toTimestamp(text: string): Cell {
  const micros = BigInt(text);
  const fraction = ((micros % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND;
  const milliseconds = Number((micros - fraction) / 1000n);
  const seconds = new Date(milliseconds).toISOString().slice(0, -".000Z".length);
  if (fraction === 0n) return `${seconds}Z`;
  const digits = fraction.toString().padStart(6, "0");
  return `${seconds}.${digits.endsWith("000") ? digits.slice(0, 3) : digits}Z`;
}
