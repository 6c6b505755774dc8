import {
  DuckDBArrayType,
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBDecimalValue,
  DuckDBListType,
  type DuckDBListValue,
  DuckDBStructType,
  type DuckDBStructValue,
  type DuckDBTimestampMillisecondsValue,
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampSecondsValue,
  type DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Cell } from "../../../warehouse.ts";
import { StatementFailure, unsupported } from "../failure.ts";

/** Turns one value of a column into JSON. */
export type Converter = (value: DuckDBValue) => Cell;

const MICROS_PER_SECOND = 1_000_000n;
const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND;
const MS_PER_DAY = 86_400_000;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Chooses the converter of a column by its type, once for a result, so that a value never decides by its looks.
 * INT64 beyond 2^53 and NUMERIC become strings, dates ISO 8601, BYTES base64, JSON its text, STRUCT objects, ARRAY arrays; a FLOAT64 that
 * JSON has no number for is "NaN", "Infinity" or "-Infinity".
 * @throws StatementFailure `unsupported_sql` for a type that GoogleSQL does not have
 */
export function converterFor(type: DuckDBType): Converter {
  const convert = converterOf(type);
  // A result has no array that is NULL: BigQuery gives an empty one.
  const isArray = type instanceof DuckDBListType || type instanceof DuckDBArrayType;
  return (value) => (value !== null ? convert(value) : isArray ? [] : null);
}

/** An array may hold NULL within a statement, and not in its result. */
function elementOf(element: Cell): Cell {
  if (element === null)
    throw new StatementFailure("query_failed", "Array cannot have a null element; error in writing a field.");
  return element;
}

function converterOf(type: DuckDBType): Converter {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const item = converterFor(type.valueType);
    return (value) =>
      (value as DuckDBListValue | DuckDBArrayValue).items.map((element) => elementOf(item(element)));
  }
  if (type instanceof DuckDBStructType) return structConverter(type);
  if (type.alias === "JSON") return (value) => compactJson(String(value));
  const convert = SCALARS[type.typeId];
  if (convert === undefined) throw unsupported(`A column of type ${type.toString()}`);
  return convert;
}

const number: Converter = (value) => value as number;
const text: Converter = (value) => String(value);

const integer: Converter = (value) => {
  const big = BigInt(value as bigint);
  // DuckDB's sums have 128 bits.
  if (big < MIN_INT64 || big > MAX_INT64) throw new StatementFailure("query_failed", "INT64 overflow.");
  return big >= Number.MIN_SAFE_INTEGER && big <= Number.MAX_SAFE_INTEGER ? Number(big) : big.toString();
};

const float: Converter = (value) => (Number.isFinite(value) ? (value as number) : String(value));

const SCALARS: Readonly<Partial<Record<DuckDBTypeId, Converter>>> = {
  [DuckDBTypeId.BOOLEAN]: (value) => value as boolean,
  [DuckDBTypeId.TINYINT]: number,
  [DuckDBTypeId.SMALLINT]: number,
  [DuckDBTypeId.INTEGER]: number,
  [DuckDBTypeId.UTINYINT]: number,
  [DuckDBTypeId.USMALLINT]: number,
  [DuckDBTypeId.UINTEGER]: number,
  [DuckDBTypeId.BIGINT]: integer,
  [DuckDBTypeId.UBIGINT]: integer,
  [DuckDBTypeId.HUGEINT]: integer,
  [DuckDBTypeId.UHUGEINT]: integer,
  [DuckDBTypeId.FLOAT]: float,
  [DuckDBTypeId.DOUBLE]: float,
  [DuckDBTypeId.DECIMAL]: (value) => decimalText(value as DuckDBDecimalValue),
  [DuckDBTypeId.VARCHAR]: text,
  [DuckDBTypeId.UUID]: text,
  [DuckDBTypeId.ENUM]: text,
  [DuckDBTypeId.BLOB]: (value) => Buffer.from((value as DuckDBBlobValue).bytes).toString("base64"),
  [DuckDBTypeId.DATE]: (value) => dateText((value as DuckDBDateValue).days),
  [DuckDBTypeId.TIME]: (value) => timeText((value as DuckDBTimeValue).micros),
  [DuckDBTypeId.TIMESTAMP]: (value) => dateTimeText((value as DuckDBTimestampValue).micros),
  [DuckDBTypeId.TIMESTAMP_S]: (value) =>
    dateTimeText((value as DuckDBTimestampSecondsValue).seconds * MICROS_PER_SECOND),
  [DuckDBTypeId.TIMESTAMP_MS]: (value) =>
    dateTimeText((value as DuckDBTimestampMillisecondsValue).millis * 1000n),
  [DuckDBTypeId.TIMESTAMP_NS]: (value) =>
    dateTimeText((value as DuckDBTimestampNanosecondsValue).nanos / 1000n),
  [DuckDBTypeId.TIMESTAMP_TZ]: (value) => `${dateTimeText((value as DuckDBTimestampTZValue).micros)}Z`,
  [DuckDBTypeId.SQLNULL]: () => null,
};

function structConverter(type: DuckDBStructType): Converter {
  // DuckDB's client gives a struct by the names of its fields alone.
  if (new Set(type.entryNames).size < type.entryNames.length)
    throw unsupported("A STRUCT in the result whose fields have no names (name them with AS)");
  const names = distinctNames(type.entryNames.map((name, index) => name || `_field_${index + 1}`));
  const converters = type.entryTypes.map(converterFor);
  return (value) => {
    const { entries } = value as DuckDBStructValue;
    const values = type.entryNames.map((name) => entries[name] ?? null);
    return Object.fromEntries(names.map((name, i) => [name, converters[i]?.(values[i] ?? null) ?? null]));
  };
}

/** Keeps columns of the same name apart: `name`, `name_1`, `name_2`. Case counts, as in the answer's JSON. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let count = 1;
    while (taken.has(`${name}_${count}`)) count += 1;
    const fresh = `${name}_${count}`;
    taken.add(fresh);
    return fresh;
  });
}

/** Without white space, as BigQuery gives it. */
function compactJson(source: string): string {
  return source.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
}

/** BigQuery prints NUMERIC without the zeros that carry nothing: 1.250 is "1.25", 10.00 is "10". */
function decimalText(value: DuckDBDecimalValue): string {
  const plain = value.toString();
  return plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
}

function dateText(days: number): string {
  const iso = new Date(days * MS_PER_DAY).toISOString();
  return iso.slice(0, iso.indexOf("T"));
}

/** A fraction has three or six digits, as GoogleSQL writes it. */
function timeText(micros: bigint): string {
  const seconds = Number(micros / MICROS_PER_SECOND);
  const two = (part: number) => String(part).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const fraction = micros % MICROS_PER_SECOND;
  return fraction === 0n ? clock : `${clock}.${fraction.toString().padStart(6, "0").replace(/000$/, "")}`;
}

function dateTimeText(micros: bigint): string {
  const ofDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  return `${dateText(Number((micros - ofDay) / MICROS_PER_DAY))}T${timeText(ofDay)}`;
}
