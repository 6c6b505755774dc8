const IS = (type: string) => `typeof(x_) = '${type}'`;
const WHOLE = "'\\s*[+-]?[0-9]+\\s*'";
const HEXADECIMAL = "'\\s*[+-]?0[xX][0-9a-fA-F]+\\s*'";
const TEXT = "CAST(x_ AS VARCHAR)";

/** INT64 from its text: decimal, or hexadecimal with a sign, which DuckDB reads without one only. */
const wholeFromText = (cast: string, otherwise: string) =>
  `CASE WHEN regexp_full_match(${TEXT}, ${WHOLE}) THEN ${cast}(x_ AS BIGINT) WHEN regexp_full_match(${TEXT}, ${HEXADECIMAL}) THEN ${cast}(regexp_replace(trim(${TEXT}), '^[+-]', '') AS BIGINT) * CASE WHEN starts_with(trim(${TEXT}), '-') THEN -1 ELSE 1 END ELSE ${otherwise} END`;

/** FLOAT64 as GoogleSQL prints it: no `.0`, no sign of zero, and an exponent from 10¹⁵ on where 15 digits are enough. */
const FLOAT_TEXT = `CASE WHEN x_ = 0 THEN '0' WHEN abs(TRY_CAST(x_ AS DOUBLE)) >= 1e15 AND abs(TRY_CAST(x_ AS DOUBLE)) < 1e16 AND ${TEXT} LIKE '%0.0' THEN regexp_replace(rtrim(rtrim(${TEXT}, '.0'), '0'), '^(-?[0-9])([0-9]+)$', '\\1.\\2') || 'e+15' ELSE regexp_replace(${TEXT}, '\\.0$', '') END`;

const NO_BOOL = (type: string) =>
  `WHEN ${IS("BOOLEAN")} THEN CAST('error: Invalid cast from BOOL' AS ${type})`;
const NOT_SAFE = (name: string, type: string) =>
  `CASE ${NO_BOOL(type)} WHEN ${IS("VARCHAR")} AND contains(${TEXT}, '_') THEN CAST('error: Bad ${name} value' AS ${type}) ELSE CAST(x_ AS ${type}) END`;
const SAFE = (type: string) =>
  `CASE ${NO_BOOL(type)} WHEN ${IS("VARCHAR")} AND contains(${TEXT}, '_') THEN NULL ELSE TRY_CAST(x_ AS ${type}) END`;

/**
 * CAST and SAFE_CAST between values that are no times, in the form of `FUNCTIONS`.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions
 */
export const CAST_FUNCTIONS: Readonly<Record<string, string>> = {
  "cast_int64(x_)": `CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x_ AS DOUBLE)) AS BIGINT) WHEN ${IS("VARCHAR")} THEN ${wholeFromText("CAST", `error('error: Bad int64 value: ' || ${TEXT})`)} ELSE CAST(x_ AS BIGINT) END`,
  "safe_cast_int64(x_)": `CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN TRY_CAST(round(TRY_CAST(x_ AS DOUBLE)) AS BIGINT) WHEN ${IS("VARCHAR")} THEN ${wholeFromText("TRY_CAST", "NULL")} ELSE TRY_CAST(x_ AS BIGINT) END`,
  "cast_float64(x_)": NOT_SAFE("double", "DOUBLE"),
  "safe_cast_float64(x_)": SAFE("DOUBLE"),
  "cast_numeric(x_)": NOT_SAFE("numeric", "DECIMAL(38,9)"),
  "safe_cast_numeric(x_)": SAFE("DECIMAL(38,9)"),
  "numeric(x_)": "gs_cast_numeric(x_)",
  // BIGNUMERIC has 38 digits after the point, and 19 here: more are refused instead of cut.
  "cast_bignumeric(x_)": `CASE ${NO_BOOL("DECIMAL(38,19)")} WHEN ${IS("VARCHAR")} AND regexp_matches(${TEXT}, '\\.[0-9]{19}[0-9]*[1-9]|[eE]') THEN CAST('unsupported: BIGNUMERIC with more than 19 digits after the point' AS DECIMAL(38,19)) ELSE CAST(x_ AS DECIMAL(38,19)) END`,
  "safe_cast_bignumeric(x_)": `CASE ${NO_BOOL("DECIMAL(38,19)")} WHEN ${IS("VARCHAR")} AND regexp_matches(${TEXT}, '\\.[0-9]{19}[0-9]*[1-9]|[eE]') THEN CAST('unsupported: BIGNUMERIC with more than 19 digits after the point' AS DECIMAL(38,19)) ELSE TRY_CAST(x_ AS DECIMAL(38,19)) END`,
  "cast_bool(x_)": `CASE WHEN ${IS("VARCHAR")} AND lower(${TEXT}) NOT IN ('true', 'false') THEN CAST('error: Bad bool value' AS BOOLEAN) WHEN typeof(x_) = 'DOUBLE' OR typeof(x_) LIKE 'DECIMAL%' THEN CAST('error: Invalid cast to BOOL' AS BOOLEAN) ELSE CAST(x_ AS BOOLEAN) END`,
  "safe_cast_bool(x_)": `CASE WHEN ${IS("VARCHAR")} AND lower(${TEXT}) NOT IN ('true', 'false') THEN NULL WHEN typeof(x_) = 'DOUBLE' OR typeof(x_) LIKE 'DECIMAL%' THEN CAST('error: Invalid cast to BOOL' AS BOOLEAN) ELSE TRY_CAST(x_ AS BOOLEAN) END`,
  "cast_string(x_)": `CASE WHEN ${IS("INTERVAL")} THEN gs_inner_interval_text(TRY_CAST(${TEXT} AS INTERVAL)) WHEN typeof(x_) LIKE 'DECIMAL%' AND contains(${TEXT}, '.') THEN rtrim(rtrim(${TEXT}, '0'), '.') WHEN ${IS("DOUBLE")} THEN ${FLOAT_TEXT} WHEN typeof(x_) LIKE 'TIME%' THEN regexp_replace(regexp_replace(${TEXT}, '(\\.[0-9]{2})(\\+|$)', '\\10\\2'), '(\\.[0-9])(\\+|$)', '\\100\\2') WHEN ${IS("BLOB")} THEN decode(TRY_CAST(x_ AS BLOB)) ELSE ${TEXT} END`,
  "safe_cast_string(x_)": "TRY(gs_cast_string(x_))",
  "cast_bytes(x_)": `CASE WHEN ${IS("BLOB")} THEN TRY_CAST(x_ AS BLOB) WHEN typeof(x_) IN ('VARCHAR', '"NULL"') THEN encode(${TEXT}) ELSE CAST('error: Invalid cast to BYTES' AS BLOB) END`,
  "safe_cast_bytes(x_)": "gs_cast_bytes(x_)",
};
