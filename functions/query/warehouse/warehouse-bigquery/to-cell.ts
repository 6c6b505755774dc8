import type { Cell } from "../warehouse.ts";

/** One column of a result as the REST API describes it (`TableFieldSchema`). */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly fields: readonly Field[];
}

type Row = Readonly<Record<string, Cell>>;

/**
 * Reads the schema of an answer.
 * @param schema the `schema` member of a `getQueryResults` answer, untrusted
 * @throws TypeError when it is not a schema
 */
export function parseSchema(schema: unknown): readonly Field[] {
  return membersOf(schema, "fields").map(parseField);
}

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
  if (field.type === "RECORD" || field.type === "STRUCT") return toRow(field.fields, value);
  if (typeof value !== "string") throw new TypeError(`A ${field.type} cell is not a string.`);
  const convert = SCALARS.get(field.type);
  // NUMERIC, BIGNUMERIC, DATE, TIME, DATETIME, BYTES, GEOGRAPHY, INTERVAL, RANGE and STRING arrive as they are answered.
  return convert === undefined ? value : convert(value);
}

const SCALARS: ReadonlyMap<string, (text: string) => Cell> = new Map([
  ["INTEGER", toInteger],
  ["INT64", toInteger],
  ["FLOAT", toFloat],
  ["FLOAT64", toFloat],
  ["BOOLEAN", toBoolean],
  ["BOOL", toBoolean],
  ["TIMESTAMP", toTimestamp],
  ["JSON", toJson],
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

/** Integers that a double cannot hold stay as their digits, like INT64. */
function toJson(text: string): Cell {
  return JSON.parse(text, (_key, value: Cell, context?: { source?: string }) =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? (context?.source ?? value)
      : value,
  );
}

function parseField(field: unknown): Field {
  if (!isObject(field) || typeof field["name"] !== "string" || typeof field["type"] !== "string") {
    throw new TypeError("A column of the schema has no name or no type.");
  }
  return {
    name: field["name"],
    type: field["type"],
    mode: typeof field["mode"] === "string" ? field["mode"] : "NULLABLE",
    fields: Array.isArray(field["fields"]) ? field["fields"].map(parseField) : [],
  };
}

function membersOf(value: unknown, key: "f" | "fields"): readonly unknown[] {
  const members = isObject(value) ? value[key] : undefined;
  if (!Array.isArray(members)) throw new TypeError(`An answer has no list "${key}".`);
  return members;
}

function contentOf(cell: unknown): unknown {
  if (!isObject(cell) || !("v" in cell)) throw new TypeError("A cell has no value.");
  return cell["v"];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
