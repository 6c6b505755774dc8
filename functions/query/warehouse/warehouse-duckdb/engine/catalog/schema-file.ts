import { readFileSync, statSync } from "node:fs";
import { quoteName } from "../identifier.ts";

/** One column in BigQuery's own JSON form of a schema. */
export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
  readonly fields?: readonly SchemaField[];
}

const MAX_SCHEMA_BYTES = 1024 * 1024;

/** GoogleSQL's names of types, with the legacy names that schemas still use, as DuckDB's types. */
export const DUCKDB_TYPES: Readonly<Record<string, string>> = {
  STRING: "VARCHAR",
  BYTES: "BLOB",
  INT64: "BIGINT",
  INTEGER: "BIGINT",
  INT: "BIGINT",
  SMALLINT: "BIGINT",
  BIGINT: "BIGINT",
  TINYINT: "BIGINT",
  BYTEINT: "BIGINT",
  FLOAT64: "DOUBLE",
  FLOAT: "DOUBLE",
  NUMERIC: "DECIMAL(38,9)",
  DECIMAL: "DECIMAL(38,9)",
  BIGNUMERIC: "DECIMAL(38,19)",
  BIGDECIMAL: "DECIMAL(38,19)",
  BOOL: "BOOLEAN",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "TIMESTAMP",
  TIMESTAMP: "TIMESTAMPTZ",
  JSON: "JSON",
};

/**
 * Reads `<table>.schema.json` when it lies beside the table.
 * @returns null when there is none
 * @throws Error with a public sentence when it is not BigQuery's JSON form of a schema
 */
export function loadSchemaFile(path: string): readonly SchemaField[] | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return null;
  if (found.size > MAX_SCHEMA_BYTES) throw new Error("its schema file is larger than 1 MiB.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new Error("its schema file is not JSON.");
  }
  if (!isFieldList(parsed, 0))
    throw new Error("its schema file is not a list of {name, type, mode, fields}.");
  return parsed;
}

function isFieldList(value: unknown, depth: number): value is readonly SchemaField[] {
  return (
    Array.isArray(value) && value.length > 0 && depth < 16 && value.every((item) => isField(item, depth))
  );
}

function isField(value: unknown, depth: number): value is SchemaField {
  if (typeof value !== "object" || value === null || !("name" in value) || !("type" in value)) return false;
  if (typeof value.name !== "string" || value.name === "" || typeof value.type !== "string") return false;
  if (isRecord(value.type)) return "fields" in value && isFieldList(value.fields, depth + 1);
  return value.type.toUpperCase() in DUCKDB_TYPES;
}

function isRecord(type: string): boolean {
  return /^(RECORD|STRUCT)$/i.test(type);
}

/** The column's type as DuckDB writes it. */
export function toDuckdbType(field: SchemaField): string {
  const parts = (field.fields ?? []).map((part) => `${quoteName(part.name)} ${toDuckdbType(part)}`);
  const base = isRecord(field.type) ? `STRUCT(${parts.join(", ")})` : DUCKDB_TYPES[field.type.toUpperCase()];
  return field.mode?.toUpperCase() === "REPEATED" ? `${base}[]` : `${base}`;
}
