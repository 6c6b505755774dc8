import type { Cell, Field, Row } from "#functions/query/warehouse/warehouse.ts";

/** A column in the REST form: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema. */
export interface RestField {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly description?: string;
  readonly fields?: readonly RestField[];
}

/** The REST API's older names of types. */
const TYPES: Readonly<Record<string, string>> = {
  INT64: "INTEGER",
  FLOAT64: "FLOAT",
  BOOL: "BOOLEAN",
  STRUCT: "RECORD",
};

/** A schema as the REST API writes it. */
export function toRestFields(fields: readonly Field[]): readonly RestField[] {
  return fields.map(({ fields: inner, ...field }) => ({
    ...field,
    type: TYPES[field.type] ?? field.type,
    ...(inner === undefined ? {} : { fields: toRestFields(inner) }),
  }));
}

/** A row as the REST API writes it: `{f: [{v}]}`, every scalar a string. */
export function toRestRow(fields: readonly Field[], row: Row, isInt64Timestamp: boolean) {
  return { f: fields.map((field) => ({ v: toRestCell(field, row[field.name] ?? null, isInt64Timestamp) })) };
}

function toRestCell(field: Field, cell: Cell, isInt64Timestamp: boolean): unknown {
  if (field.mode === "REPEATED") {
    const items = Array.isArray(cell) ? cell : [];
    return items.map((item) => ({ v: toRestScalar(field, item, isInt64Timestamp) }));
  }
  return toRestScalar(field, cell, isInt64Timestamp);
}

function toRestScalar(field: Field, cell: Cell, isInt64Timestamp: boolean): unknown {
  if (cell === null) return null;
  if (field.type === "STRUCT") return toRestRow(field.fields ?? [], cell as Row, isInt64Timestamp);
  if (field.type === "TIMESTAMP") return toRestTimestamp(String(cell), isInt64Timestamp);
  if (field.type === "FLOAT64") return toRestFloat(cell);
  if (field.type === "TIME" || field.type === "DATETIME") return toRestFraction(String(cell));
  return String(cell);
}

/** Java's way: `1.0`, `1.0E21`. */
function toRestFloat(cell: Cell): string {
  if (typeof cell !== "number") return String(cell);
  const text = String(cell).replace("e+", "E").replace("e", "E");
  return /[.E]/.test(text) ? text : `${text}.0`;
}

/** All six digits, or none. */
function toRestFraction(text: string): string {
  const [whole = "", fraction] = text.split(".");
  return fraction === undefined ? text : `${whole}.${fraction.padEnd(6, "0")}`;
}

const MICROS_PER_SECOND = 1_000_000n;

/** Microseconds since 1970 when asked for, else seconds as a float. */
function toRestTimestamp(iso: string, isInt64Timestamp: boolean): string {
  const [whole = "", fraction = ""] = iso.replace(/Z$/, "").split(".");
  const micros =
    (BigInt(Date.parse(`${whole}Z`)) / 1000n) * MICROS_PER_SECOND + BigInt(fraction.padEnd(6, "0"));
  return isInt64Timestamp ? String(micros) : String(Number(micros) / 1e6);
}
