import { AGGREGATE_FUNCTIONS } from "./aggregate-macros.ts";
import { ARRAY_FUNCTIONS } from "./array-macros.ts";
import { NUMBER_FUNCTIONS } from "./number-macros.ts";

/**
 * GoogleSQL functions as DuckDB macros: the signature as GoogleSQL has it, and what it means in DuckDB. A function that is
 * not here, in `time-macros.ts`, `native-functions.ts` or `call-rules.ts` is refused. Parameters end with an underscore, because a macro's parameter hides a column
 * of the same name.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all
 */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  ...NUMBER_FUNCTIONS,
  ...AGGREGATE_FUNCTIONS,
  ...ARRAY_FUNCTIONS,

  // Values
  "try(x_)": "TRY(x_)",
  "parameter(name_)": "getvariable(name_)",
  "generate_uuid()": "CAST(uuid() AS VARCHAR)",

  // Conversion
  "cast_int64(x_)":
    "CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x_ AS DOUBLE)) AS BIGINT) WHEN typeof(x_) = 'VARCHAR' AND NOT regexp_full_match(CAST(x_ AS VARCHAR), '\\s*[+-]?[0-9]+\\s*') THEN error('Bad int64 value: ' || CAST(x_ AS VARCHAR)) ELSE CAST(x_ AS BIGINT) END",
  "safe_cast_int64(x_)":
    "CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN TRY_CAST(round(TRY_CAST(x_ AS DOUBLE)) AS BIGINT) WHEN typeof(x_) = 'VARCHAR' AND NOT regexp_full_match(CAST(x_ AS VARCHAR), '\\s*[+-]?[0-9]+\\s*') THEN NULL ELSE TRY_CAST(x_ AS BIGINT) END",
  "cast_float64(x_)": "CAST(x_ AS DOUBLE)",
  "safe_cast_float64(x_)": "TRY_CAST(x_ AS DOUBLE)",
  "cast_numeric(x_)": "CAST(x_ AS DECIMAL(38,9))",
  "safe_cast_numeric(x_)": "TRY_CAST(x_ AS DECIMAL(38,9))",
  "cast_bignumeric(x_)": "CAST(x_ AS DECIMAL(38,19))",
  "safe_cast_bignumeric(x_)": "TRY_CAST(x_ AS DECIMAL(38,19))",
  "cast_bool(x_)": "CAST(x_ AS BOOLEAN)",
  "safe_cast_bool(x_)": "TRY_CAST(x_ AS BOOLEAN)",
  "cast_string(x_)":
    "CASE WHEN typeof(x_) LIKE 'DECIMAL%' AND contains(CAST(x_ AS VARCHAR), '.') THEN rtrim(rtrim(CAST(x_ AS VARCHAR), '0'), '.') WHEN typeof(x_) = 'DOUBLE' THEN regexp_replace(CAST(x_ AS VARCHAR), '\\.0$', '') WHEN typeof(x_) LIKE 'TIME%' THEN regexp_replace(regexp_replace(CAST(x_ AS VARCHAR), '(\\.[0-9]{2})(\\+|$)', '\\10\\2'), '(\\.[0-9])(\\+|$)', '\\100\\2') WHEN typeof(x_) = 'BLOB' THEN decode(TRY_CAST(x_ AS BLOB)) ELSE CAST(x_ AS VARCHAR) END",
  "safe_cast_string(x_)": "gs_cast_string(x_)",
  "cast_bytes(x_)": "encode(CAST(x_ AS VARCHAR))",
  "cast_date(x_)": "CAST(x_ AS DATE)",
  "safe_cast_date(x_)": "TRY_CAST(x_ AS DATE)",
  "cast_time(x_)": "CAST(x_ AS TIME)",
  "safe_cast_time(x_)": "TRY_CAST(x_ AS TIME)",
  "cast_datetime(x_)": "CAST(x_ AS TIMESTAMP)",
  "safe_cast_datetime(x_)": "TRY_CAST(x_ AS TIMESTAMP)",
  "cast_timestamp(x_)": "CAST(x_ AS TIMESTAMPTZ)",
  "safe_cast_timestamp(x_)": "TRY_CAST(x_ AS TIMESTAMPTZ)",
  "cast_json(x_)": "CAST(own_parse_json(x_) AS JSON)",
  "numeric(x_)": "CAST(x_ AS DECIMAL(38,9))",

  // Arrays
  "generate_date_array(from_, to_, step_)":
    "list_transform(generate_series(CAST(from_ AS DATE), CASE WHEN abs(CAST(to_ AS DATE) - CAST(from_ AS DATE)) > 1000000 THEN CAST('unsupported: GENERATE_DATE_ARRAY of more than 1000000 elements' AS DATE) ELSE CAST(to_ AS DATE) END, step_), lambda e_: CAST(e_ AS DATE))",
};
