import {
  DuckDBArrayType,
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  DuckDBListType,
  type DuckDBListValue,
  DuckDBStructType,
  type DuckDBStructValue,
  type DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";

const DAY_MICROS = 86_400_000_000n;

/** The value of a type, as far as our own functions tell types apart. */
export type Kind =
  | "int"
  | "float"
  | "numeric"
  | "string"
  | "bytes"
  | "json"
  | "array"
  | "struct"
  | TimeKind
  | "bool";
type TimeKind = "date" | "time" | "datetime" | "timestamp";

const KINDS: Readonly<Partial<Record<DuckDBTypeId, Kind>>> = {
  [DuckDBTypeId.BOOLEAN]: "bool",
  [DuckDBTypeId.TINYINT]: "int",
  [DuckDBTypeId.SMALLINT]: "int",
  [DuckDBTypeId.INTEGER]: "int",
  [DuckDBTypeId.BIGINT]: "int",
  [DuckDBTypeId.HUGEINT]: "int",
  [DuckDBTypeId.UBIGINT]: "int",
  [DuckDBTypeId.UINTEGER]: "int",
  [DuckDBTypeId.FLOAT]: "float",
  [DuckDBTypeId.DOUBLE]: "float",
  [DuckDBTypeId.DECIMAL]: "numeric",
  [DuckDBTypeId.VARCHAR]: "string",
  [DuckDBTypeId.BLOB]: "bytes",
  [DuckDBTypeId.DATE]: "date",
  [DuckDBTypeId.TIME]: "time",
  [DuckDBTypeId.TIMESTAMP]: "datetime",
  [DuckDBTypeId.TIMESTAMP_TZ]: "timestamp",
};

/**
 * Tells which GoogleSQL type a DuckDB type stands for.
 * @throws Error for a type that GoogleSQL does not have
 */
export function kindOf(type: DuckDBType): Kind {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return "array";
  if (type instanceof DuckDBStructType) return "struct";
  if (type.alias === "JSON") return "json";
  const kind = KINDS[type.typeId];
  if (kind === undefined) throw new Error("unsupported: A value of this type as text");
  return kind;
}

/** The type of an array's elements. */
export function elementType(type: DuckDBType): DuckDBType {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return type.valueType;
  throw new TypeError("Not an array.");
}

/** The elements of an array. */
export function elementsOf(value: DuckDBValue): readonly DuckDBValue[] {
  return (value as DuckDBListValue | DuckDBArrayValue).items;
}

/**
 * The fields of a struct: name, type, value.
 * @throws Error when two fields have one name, or none: DuckDB's client gives the values by name
 */
export function fieldsOf(
  type: DuckDBType,
  value: DuckDBValue,
): (readonly [string, DuckDBType, DuckDBValue])[] {
  const { entryNames, entryTypes } = type as DuckDBStructType;
  if (new Set(entryNames).size !== entryNames.length)
    throw new Error(
      "unsupported: A STRUCT as text whose fields have no names (write STRUCT(x AS a, y AS b))",
    );
  const { entries } = value as DuckDBStructValue;
  return entryNames.map((name, i) => [name, entryTypes[i] as DuckDBType, entries[name] ?? null]);
}

/** The bytes of a BYTES value. */
export function bytesOf(value: DuckDBValue): Buffer {
  return Buffer.from((value as DuckDBBlobValue).bytes);
}

/** A FLOAT64 as CAST(x AS STRING) writes it: 15 digits if they read back the same, else 17, never zeros that carry nothing. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const precision = Number(value.toPrecision(15)) === value ? 15 : 17;
  return generalText(value, precision);
}

/** `%.{precision}g` of C: plain or with an exponent, whichever the exponent asks for, without zeros at the end. */
export function generalText(value: number, precision: number, keepsZeros = false): string {
  const [mantissa = "", power = "0"] = value.toExponential(precision - 1).split("e");
  const exponent = Number(power);
  const digits = keepsZeros ? mantissa : withoutZeros(mantissa);
  if (exponent >= -4 && exponent < precision) {
    const plain = value.toFixed(Math.min(100, precision - 1 - exponent));
    return keepsZeros ? plain : withoutZeros(plain);
  }
  return `${digits}e${exponentText(exponent)}`;
}

/** An exponent as C writes it: signed, two digits at least. */
export function exponentText(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A DECIMAL without the zeros that carry nothing. */
export function numericText(value: DuckDBValue): string {
  return withoutZeros(String(value));
}

/** `2024-01-31` of a DATE. */
export function dateText(value: DuckDBValue): string {
  return dayText((value as DuckDBDateValue).days);
}

function dayText(days: number): string {
  const iso = new Date(days * 86_400_000).toISOString();
  return iso.slice(0, iso.indexOf("T"));
}

/** `10:00:00`, with 0, 3 or 6 digits of a second, as many as it needs. */
export function clockText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  const fraction = (micros % 1_000_000n).toString().padStart(6, "0");
  if (fraction === "000000") return clock;
  return `${clock}.${fraction.endsWith("000") ? fraction.slice(0, 3) : fraction}`;
}

/** The microseconds of a TIME, DATETIME or TIMESTAMP. */
export function microsOf(value: DuckDBValue): bigint {
  return (value as DuckDBTimeValue | DuckDBTimestampValue | DuckDBTimestampTZValue).micros;
}

/** Date and time of day of microseconds since 1970, with `between` in the middle. */
export function momentText(micros: bigint, between: string): string {
  const ofDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  return `${dayText(Number((micros - ofDay) / DAY_MICROS))}${between}${clockText(ofDay)}`;
}

/** A scalar as CAST(x AS STRING) writes it; never NULL, an ARRAY or a STRUCT. */
export function castText(value: DuckDBValue, kind: Kind): string {
  switch (kind) {
    case "float":
      return floatText(value as number);
    case "numeric":
      return numericText(value);
    case "date":
      return dateText(value);
    case "time":
      return clockText(microsOf(value));
    case "datetime":
      return momentText(microsOf(value), " ");
    case "timestamp":
      return `${momentText(microsOf(value), " ")}+00`;
    default:
      return String(value);
  }
}
