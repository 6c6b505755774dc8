import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from "@duckdb/node-api";
import type { Field } from "../../../warehouse.ts";
import { unsupported } from "../failure.ts";
import { distinctNames } from "./values.ts";

/** NUMERIC has 29 digits before the point and 9 after it. */
const NUMERIC_WHOLE_DIGITS = 29;
const NUMERIC_SCALE = 9;

const NAMES: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.BOOLEAN]: "BOOL",
  [DuckDBTypeId.TINYINT]: "INT64",
  [DuckDBTypeId.SMALLINT]: "INT64",
  [DuckDBTypeId.INTEGER]: "INT64",
  [DuckDBTypeId.BIGINT]: "INT64",
  [DuckDBTypeId.UTINYINT]: "INT64",
  [DuckDBTypeId.USMALLINT]: "INT64",
  [DuckDBTypeId.UINTEGER]: "INT64",
  [DuckDBTypeId.UBIGINT]: "INT64",
  [DuckDBTypeId.HUGEINT]: "INT64",
  [DuckDBTypeId.UHUGEINT]: "INT64",
  [DuckDBTypeId.FLOAT]: "FLOAT64",
  [DuckDBTypeId.DOUBLE]: "FLOAT64",
  [DuckDBTypeId.VARCHAR]: "STRING",
  [DuckDBTypeId.UUID]: "STRING",
  [DuckDBTypeId.ENUM]: "STRING",
  [DuckDBTypeId.BLOB]: "BYTES",
  [DuckDBTypeId.DATE]: "DATE",
  [DuckDBTypeId.TIME]: "TIME",
  [DuckDBTypeId.TIMESTAMP]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_S]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_MS]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_NS]: "DATETIME",
  [DuckDBTypeId.TIMESTAMP_TZ]: "TIMESTAMP",
  // BigQuery takes a NULL whose type nothing tells as INT64.
  [DuckDBTypeId.SQLNULL]: "INT64",
};

/**
 * A column of DuckDB as GoogleSQL has it.
 * @throws StatementFailure `unsupported_sql` for a type that GoogleSQL does not have
 */
export function toField(name: string, type: DuckDBType): Field {
  const isArray = type instanceof DuckDBListType || type instanceof DuckDBArrayType;
  const inner = isArray ? type.valueType : type;
  const mode = isArray ? "REPEATED" : "NULLABLE";
  if (!(inner instanceof DuckDBStructType)) return { name, type: typeName(inner), mode };
  const names = structFieldNames(inner);
  const fields = inner.entryTypes.map((entry, index) => toField(names[index] ?? "", entry));
  return { name, type: "STRUCT", mode, fields };
}

/** Names of a struct's fields as they are in answers: each once, also those that have none. */
export function structFieldNames(type: DuckDBStructType): string[] {
  return distinctNames(type.entryNames.map((name, index) => name || `_field_${index + 1}`));
}

function typeName(type: DuckDBType): string {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType)
    throw unsupported("An array of arrays");
  if (type.alias === "JSON") return "JSON";
  if (type instanceof DuckDBDecimalType) {
    const isNumeric = type.scale <= NUMERIC_SCALE && type.width - type.scale <= NUMERIC_WHOLE_DIGITS;
    return isNumeric ? "NUMERIC" : "BIGNUMERIC";
  }
  const name = NAMES[type.typeId];
  if (name === undefined) throw unsupported(`A column of type ${type.toString().slice(0, 100)}`);
  return name;
}
