import { AGGREGATE_FUNCTIONS } from "./aggregate-macros.ts";
import { ARRAY_FUNCTIONS } from "./array-macros.ts";
import { CAST_FUNCTIONS } from "./cast-macros.ts";
import { NUMBER_FUNCTIONS } from "./number-macros.ts";

const TEXT = "CAST(x_ AS VARCHAR)";
/** DuckDB reads a zone's hours as two digits only. */
const TEXT_WITH_ZONE = `regexp_replace(${TEXT}, '([+-])(\\d)(:|\\s*$)', '\\10\\2\\3')`;
const DAY = "\\d{4,5}-\\d{1,2}-\\d{1,2}";
const CLOCK = "([01]?\\d|2[0-3]):\\d{1,2}:\\d{1,2}(\\.\\d*)?";
const ZONE = "[Zz]| ?[+-]\\d{1,2}(:\\d{2})?| [A-Za-z_]+(/[A-Za-z0-9_+-]+)*";

/**
 * CAST and SAFE_CAST to a date or time. DuckDB reads more texts than GoogleSQL does: `2024/01/05`, `24-01-05`, a clock without
 * seconds, `infinity`, and a DATE or DATETIME out of a text with a clock or zone, which it drops
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#date_and_time_literals).
 */
function fromText(name: string, type: string, pattern: string, text = TEXT): Record<string, string> {
  const isWrong = `typeof(x_) = 'VARCHAR' AND NOT regexp_full_match(${TEXT}, '\\s*(${pattern})\\s*')`;
  return {
    [`cast_${name}(x_)`]: `CASE WHEN ${isWrong} THEN CAST(own_error('error: Invalid ${name}: ' || ${TEXT}) AS ${type}) WHEN typeof(x_) = 'VARCHAR' THEN CAST(${text} AS ${type}) ELSE CAST(x_ AS ${type}) END`,
    [`safe_cast_${name}(x_)`]: `CASE WHEN ${isWrong} THEN NULL WHEN typeof(x_) = 'VARCHAR' THEN TRY_CAST(${text} AS ${type}) ELSE TRY_CAST(x_ AS ${type}) END`,
  };
}

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
  ...fromText("date", "DATE", `${DAY}`),
  ...fromText("time", "TIME", `${CLOCK}`),
  ...fromText("datetime", "TIMESTAMP", `${DAY}([ Tt]${CLOCK})?`),
  ...fromText("timestamp", "TIMESTAMPTZ", `${DAY}([ Tt]${CLOCK})?(${ZONE})?`, TEXT_WITH_ZONE),
  "cast_json(x_)": "CAST(own_parse_json(x_) AS JSON)",

  // Arrays
  "generate_date_array(from_, to_, step_)":
    "list_transform(generate_series(CAST(from_ AS DATE), CASE WHEN abs(date_diff('day', CAST(from_ AS DATE), CAST(to_ AS DATE))) > 1000000 THEN CAST('unsupported: GENERATE_DATE_ARRAY of more than 1000000 elements' AS DATE) ELSE CAST(to_ AS DATE) END, step_), lambda e_: CAST(e_ AS DATE))",
};
