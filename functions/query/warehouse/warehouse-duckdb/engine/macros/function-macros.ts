import { AGGREGATE_FUNCTIONS } from "./aggregate-macros.ts";
import { ARRAY_FUNCTIONS } from "./array-macros.ts";
import { CAST_FUNCTIONS } from "./cast-macros.ts";
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
  ...CAST_FUNCTIONS,

  // Values
  // A NULL that nothing gives a type is an INT64, also within an ARRAY or STRUCT; our own functions must see one.
  "inner_typed(x_)": "replace_type(x_, NULL, NULL::BIGINT)",
  "try(x_)": "TRY(x_)",
  "error(x_)": "error('raised: ' || x_)",
  "parameter(name_)": "getvariable(name_)",
  "generate_uuid()": "CAST(uuid() AS VARCHAR)",

  // Conversion
  "cast_date(x_)": "CAST(x_ AS DATE)",
  "safe_cast_date(x_)": "TRY_CAST(x_ AS DATE)",
  "cast_time(x_)": "CAST(x_ AS TIME)",
  "safe_cast_time(x_)": "TRY_CAST(x_ AS TIME)",
  // DuckDB would drop the zone that a text names.
  "cast_datetime(x_)":
    "CASE WHEN typeof(x_) = 'VARCHAR' AND regexp_matches(CAST(x_ AS VARCHAR), ':\\d.*([+-]|[A-Za-z])') THEN CAST(own_error('error: A DATETIME has no time zone') AS TIMESTAMP) ELSE CAST(x_ AS TIMESTAMP) END",
  "safe_cast_datetime(x_)": "TRY(gs_cast_datetime(x_))",
  "cast_timestamp(x_)": "CAST(x_ AS TIMESTAMPTZ)",
  "safe_cast_timestamp(x_)": "TRY_CAST(x_ AS TIMESTAMPTZ)",
  "cast_json(x_)": "CAST(own_parse_json(x_) AS JSON)",

  // Arrays
  "generate_date_array(from_, to_, step_)":
    "list_transform(generate_series(CAST(from_ AS DATE), CASE WHEN abs(date_diff('day', CAST(from_ AS DATE), CAST(to_ AS DATE))) > 1000000 THEN CAST('unsupported: GENERATE_DATE_ARRAY of more than 1000000 elements' AS DATE) ELSE CAST(to_ AS DATE) END, step_), lambda e_: CAST(e_ AS DATE))",
};
