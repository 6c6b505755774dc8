/**
 * GoogleSQL functions as DuckDB macros: the signature as GoogleSQL has it, and what it means in DuckDB. A function that is
 * neither here nor in `native-functions.ts` or `call-rules.ts` is refused. Parameters end with an underscore, because a macro's parameter hides a column
 * of the same name.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all
 */
const FUNCTIONS: Readonly<Record<string, string>> = {
  // Mathematics
  "abs(x_)": "abs(x_)",
  "acos(x_)": "acos(x_)",
  "asin(x_)": "asin(x_)",
  "atan(x_)": "atan(x_)",
  "atan2(y_, x_)": "atan2(y_, x_)",
  "cos(x_)": "cos(x_)",
  "sin(x_)": "sin(x_)",
  "tan(x_)": "tan(x_)",
  "ceil(x_)": "ceil(x_)",
  "ceiling(x_)": "ceil(x_)",
  "floor(x_)": "floor(x_)",
  "exp(x_)": "exp(x_)",
  "ln(x_)": "ln(x_)",
  "log(x_)": "ln(x_)",
  "log(x_, base_)": "ln(x_) / ln(base_)",
  "log10(x_)": "log10(x_)",
  "mod(x_, y_)": "CASE WHEN y_ = 0 THEN error('division by zero: MOD') ELSE x_ % y_ END",
  "div(x_, y_)": "CASE WHEN y_ = 0 THEN error('division by zero: DIV') ELSE x_ // y_ END",
  "pow(x_, y_)": "pow(x_, y_)",
  "power(x_, y_)": "pow(x_, y_)",
  "sqrt(x_)": "sqrt(x_)",
  "sign(x_)": "sign(x_)",
  "round(x_)": "round(x_)",
  "round(x_, digits_)": "round(x_, CAST(digits_ AS INTEGER))",
  "trunc(x_)": "trunc(x_)",
  "trunc(x_, digits_)": "trunc(x_ * pow(10, digits_)) / pow(10, digits_)",
  "safe_divide(x_, y_)": 'CASE WHEN y_ = 0 THEN NULL ELSE system.main."/"(x_, y_) END',
  "safe_add(x_, y_)": "TRY(x_ + y_)",
  "safe_subtract(x_, y_)": "TRY(x_ - y_)",
  "safe_multiply(x_, y_)": "TRY(x_ * y_)",
  "ieee_divide(x_, y_)":
    "CASE WHEN y_ = 0 THEN CASE WHEN x_ = 0 THEN CAST('NaN' AS DOUBLE) WHEN x_ > 0 THEN CAST('Infinity' AS DOUBLE) ELSE CAST('-Infinity' AS DOUBLE) END ELSE system.main.\"/\"(CAST(x_ AS DOUBLE), y_) END",
  "is_nan(x_)": "isnan(x_)",
  "is_inf(x_)": "isinf(x_)",
  "rand()": "random()",
  "try(x_)": "TRY(x_)",
  "generate_uuid()": "CAST(uuid() AS VARCHAR)",

  // Strings
  "upper(x_)": "upper(x_)",
  "lower(x_)": "lower(x_)",
  "length(x_)": "length(x_)",
  "char_length(x_)": "length(CAST(x_ AS VARCHAR))",
  "character_length(x_)": "length(CAST(x_ AS VARCHAR))",
  "byte_length(x_)":
    "CASE WHEN typeof(x_) = 'BLOB' THEN octet_length(CAST(x_ AS BLOB)) ELSE strlen(CAST(x_ AS VARCHAR)) END",
  "reverse(x_)": "reverse(x_)",
  "trim(x_)": "trim(x_, ' \t\n\r\v\f')",
  "trim(x_, set_)": "trim(x_, set_)",
  "ltrim(x_)": "ltrim(x_, ' \t\n\r\v\f')",
  "ltrim(x_, set_)": "ltrim(x_, set_)",
  "rtrim(x_)": "rtrim(x_, ' \t\n\r\v\f')",
  "rtrim(x_, set_)": "rtrim(x_, set_)",
  "lpad(x_, length_)": "lpad(x_, CAST(length_ AS INTEGER), ' ')",
  "lpad(x_, length_, pad_)": "lpad(x_, CAST(length_ AS INTEGER), pad_)",
  "rpad(x_, length_)": "rpad(x_, CAST(length_ AS INTEGER), ' ')",
  "rpad(x_, length_, pad_)": "rpad(x_, CAST(length_ AS INTEGER), pad_)",
  "left(x_, count_)": "CASE WHEN count_ < 0 THEN error('LEFT: a negative length') ELSE left(x_, count_) END",
  "right(x_, count_)":
    "CASE WHEN count_ < 0 THEN error('RIGHT: a negative length') ELSE right(x_, count_) END",
  "repeat(x_, count_)":
    "CASE WHEN count_ < 0 OR strlen(x_) * count_ > 1048576 THEN error('REPEAT: the result is larger than 1 MiB or the count negative') ELSE repeat(x_, count_) END",
  "replace(x_, from_, to_)": "CASE WHEN from_ = '' THEN x_ ELSE replace(x_, from_, to_) END",
  "starts_with(x_, prefix_)": "starts_with(x_, prefix_)",
  "ends_with(x_, suffix_)": "ends_with(x_, suffix_)",
  "strpos(x_, part_)": "strpos(x_, part_)",
  "instr(x_, part_)": "strpos(x_, part_)",
  "substr(x_, from_)":
    "CASE WHEN from_ < -length(x_) THEN x_ WHEN from_ = 0 THEN x_ ELSE substr(x_, from_) END",
  "substr(x_, from_, count_)":
    "CASE WHEN count_ < 0 THEN error('SUBSTR: a negative length') WHEN from_ < -length(x_) OR from_ = 0 THEN substr(x_, 1, count_) ELSE substr(x_, from_, count_) END",
  "substring(x_, from_)": "gs_substr(x_, from_)",
  "substring(x_, from_, count_)": "gs_substr(x_, from_, count_)",
  "split(x_)": "CASE WHEN x_ = '' THEN [''] ELSE string_split(x_, ',') END",
  "split(x_, separator_)": "CASE WHEN x_ = '' THEN [''] ELSE string_split(x_, separator_) END",
  "chr(code_)": "CASE WHEN code_ = 0 THEN '' ELSE chr(CAST(code_ AS INTEGER)) END",
  "ascii(x_)": "CASE WHEN x_ = '' THEN 0 ELSE ascii(x_) END",
  "unicode(x_)": "CASE WHEN x_ = '' THEN 0 ELSE unicode(x_) END",
  "translate(x_, from_, to_)": "translate(x_, from_, to_)",
  "edit_distance(x_, y_)": "levenshtein(x_, y_)",
  "contains_substr(x_, part_)":
    "CASE WHEN typeof(x_) = 'VARCHAR' THEN contains(lower(CAST(x_ AS VARCHAR)), lower(part_)) ELSE error('unsupported: CONTAINS_SUBSTR of anything but a STRING') END",
  "to_hex(x_)": "lower(hex(x_))",
  "from_hex(x_)": "unhex(x_)",
  "to_base64(x_)": "to_base64(x_)",
  "from_base64(x_)": "from_base64(x_)",
  "md5(x_)": "unhex(md5(x_))",
  "sha1(x_)": "unhex(sha1(x_))",
  "sha256(x_)": "unhex(sha256(x_))",
  "bytes(hex_)": "unhex(hex_)",
  "regexp_contains(x_, pattern_)": "regexp_matches(x_, pattern_)",
  "regexp_replace_all(x_, pattern_, to_)": "regexp_replace(x_, pattern_, to_, 'g')",
  "regexp_extract_group(x_, pattern_, group_)": "list_extract(regexp_extract_all(x_, pattern_, group_), 1)",
  "regexp_extract_all_group(x_, pattern_, group_)": "regexp_extract_all(x_, pattern_, group_)",

  // Conversion
  "cast_int64(x_)":
    "CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x_ AS DOUBLE)) AS BIGINT) WHEN typeof(x_) = 'VARCHAR' AND NOT regexp_full_match(CAST(x_ AS VARCHAR), '\\s*[+-]?[0-9]+\\s*') THEN error('Bad int64 value: ' || CAST(x_ AS VARCHAR)) ELSE CAST(x_ AS BIGINT) END",
  "safe_cast_int64(x_)":
    "CASE WHEN typeof(x_) IN ('DOUBLE', 'FLOAT') THEN TRY_CAST(round(TRY_CAST(x_ AS DOUBLE)) AS BIGINT) WHEN typeof(x_) = 'VARCHAR' AND NOT regexp_full_match(CAST(x_ AS VARCHAR), '\\s*[+-]?[0-9]+\\s*') THEN NULL ELSE TRY_CAST(x_ AS BIGINT) END",
  "cast_float64(x_)": "CAST(x_ AS DOUBLE)",
  "safe_cast_float64(x_)": "TRY_CAST(x_ AS DOUBLE)",
  "cast_numeric(x_)": "CAST(x_ AS DECIMAL(38,9))",
  "safe_cast_numeric(x_)": "TRY_CAST(x_ AS DECIMAL(38,9))",
  "cast_bignumeric(x_)": "CAST(x_ AS DECIMAL(38,18))",
  "safe_cast_bignumeric(x_)": "TRY_CAST(x_ AS DECIMAL(38,18))",
  "cast_bool(x_)": "CAST(x_ AS BOOLEAN)",
  "safe_cast_bool(x_)": "TRY_CAST(x_ AS BOOLEAN)",
  "cast_string(x_)":
    "CASE WHEN typeof(x_) LIKE 'DECIMAL%' AND contains(CAST(x_ AS VARCHAR), '.') THEN rtrim(rtrim(CAST(x_ AS VARCHAR), '0'), '.') WHEN typeof(x_) = 'DOUBLE' THEN regexp_replace(CAST(x_ AS VARCHAR), '\\.0$', '') WHEN typeof(x_) = 'BLOB' THEN decode(TRY_CAST(x_ AS BLOB)) ELSE CAST(x_ AS VARCHAR) END",
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
  "cast_json(x_)": "CAST(x_ AS JSON)",
  "numeric(x_)": "CAST(x_ AS DECIMAL(38,9))",
  "parse_json(x_)": "CAST(x_ AS JSON)",

  // Dates and times
  "current_date()": "CAST(now() AS DATE)",
  "current_date(zone_)": "CAST(timezone(zone_, now()) AS DATE)",
  "current_timestamp()": "now()",
  "current_datetime()": "timezone('UTC', now())",
  "current_datetime(zone_)": "timezone(zone_, now())",
  "current_time()": "CAST(timezone('UTC', now()) AS TIME)",
  "date(x_)": "CAST(x_ AS DATE)",
  "date(x_, zone_)": "CAST(timezone(zone_, CAST(x_ AS TIMESTAMPTZ)) AS DATE)",
  "date(year_, month_, day_)": "make_date(year_, month_, day_)",
  "datetime(x_)": "CAST(x_ AS TIMESTAMP)",
  "datetime(x_, y_)":
    "CASE WHEN typeof(y_) = 'TIME' THEN CAST(x_ AS DATE) + TRY_CAST(y_ AS TIME) ELSE timezone(CAST(y_ AS VARCHAR), CAST(x_ AS TIMESTAMPTZ)) END",
  "datetime(year_, month_, day_, hour_, minute_, second_)":
    "make_timestamp(year_, month_, day_, hour_, minute_, CAST(second_ AS DOUBLE))",
  "time(x_)": "CAST(timezone('UTC', CAST(x_ AS TIMESTAMPTZ)) AS TIME)",
  "time(hour_, minute_, second_)": "make_time(hour_, minute_, CAST(second_ AS DOUBLE))",
  "timestamp(x_)": "CAST(x_ AS TIMESTAMPTZ)",
  "timestamp(x_, zone_)": "timezone(zone_, CAST(x_ AS TIMESTAMP))",
  "string(x_)": "gs_cast_string(x_)",
  "unix_date(x_)": "date_diff('day', DATE '1970-01-01', CAST(x_ AS DATE))",
  "date_from_unix_date(x_)": "DATE '1970-01-01' + CAST(x_ AS INTEGER)",
  "unix_seconds(x_)": "CAST(floor(epoch_us(CAST(x_ AS TIMESTAMPTZ)) / 1000000) AS BIGINT)",
  "unix_millis(x_)": "CAST(floor(epoch_us(CAST(x_ AS TIMESTAMPTZ)) / 1000) AS BIGINT)",
  "unix_micros(x_)": "epoch_us(CAST(x_ AS TIMESTAMPTZ))",
  "timestamp_seconds(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000000))",
  "timestamp_millis(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000))",
  "timestamp_micros(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT)))",
  "strftime(x_, format_)": "strftime(x_, format_)",
  "parse_date_as(x_, format_)": "CAST(strptime(x_, format_) AS DATE)",
  "safe_parse_date_as(x_, format_)": "CAST(try_strptime(x_, format_) AS DATE)",
  "parse_datetime_as(x_, format_)": "strptime(x_, format_)",
  "safe_parse_datetime_as(x_, format_)": "try_strptime(x_, format_)",
  "parse_timestamp_as(x_, format_)": "timezone('UTC', strptime(x_, format_))",
  "safe_parse_timestamp_as(x_, format_)": "timezone('UTC', try_strptime(x_, format_))",
  "at_zone(x_, zone_)": "timezone(zone_, CAST(x_ AS TIMESTAMPTZ))",
  "as_date(x_)":
    "CASE WHEN typeof(x_) IN ('DATE', 'VARCHAR', '\"NULL\"') THEN CAST(x_ AS DATE) ELSE error('unsupported: A DATE function with a ' || CASE typeof(x_) WHEN 'TIMESTAMP' THEN 'DATETIME' WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP' ELSE 'different' END || ' argument (write DATE(x), or the function for that type)') END",
  "week_start(x_, first_)":
    "CAST(x_ AS DATE) - CAST((dayofweek(CAST(x_ AS DATE)) - first_ + 7) % 7 AS INTEGER)",

  // Arrays
  "array_length(x_)": "len(x_)",
  "array_reverse(x_)": "list_reverse(x_)",
  "array_to_string(x_, separator_)":
    "array_to_string(list_filter(x_, lambda e_: e_ IS NOT NULL), separator_)",
  "array_first(x_)": "CASE WHEN len(x_) = 0 THEN error('ARRAY_FIRST of an empty array') ELSE x_[1] END",
  "array_last(x_)": "CASE WHEN len(x_) = 0 THEN error('ARRAY_LAST of an empty array') ELSE x_[-1] END",
  "array_includes(x_, y_)": "list_contains(x_, y_)",
  "offset(x_, index_)":
    "CASE WHEN index_ < 0 OR index_ >= len(x_) THEN error('Array index ' || CAST(index_ AS VARCHAR) || ' is out of bounds') ELSE list_extract(x_, index_ + 1) END",
  "ordinal(x_, index_)": "gs_offset(x_, index_ - 1)",
  "safe_offset(x_, index_)": "CASE WHEN index_ < 0 THEN NULL ELSE list_extract(x_, index_ + 1) END",
  "safe_ordinal(x_, index_)": "gs_safe_offset(x_, index_ - 1)",
  "generate_array(from_, to_, step_)":
    "CASE WHEN step_ = 0 THEN error('GENERATE_ARRAY: the step is 0') WHEN abs((to_ - from_) // step_) > 1000000 THEN error('GENERATE_ARRAY: more than 1000000 elements') ELSE generate_series(CAST(from_ AS BIGINT), CAST(to_ AS BIGINT), CAST(step_ AS BIGINT)) END",
  "generate_date_array(from_, to_, step_)":
    "CASE WHEN CAST(to_ AS DATE) - CAST(from_ AS DATE) > 1000000 THEN error('GENERATE_DATE_ARRAY: more than 1000000 elements') ELSE list_transform(generate_series(CAST(from_ AS DATE), CAST(to_ AS DATE), step_), lambda e_: CAST(e_ AS DATE)) END",
  "unnest_rows(x_)": "unnest(x_)",
  "unnest_offsets(x_)": "generate_subscripts(x_, 1) - 1",
  "unnest_fields(x_)": "unnest(x_, max_depth := 2)",

  // Aggregates
  "approx_count_distinct(x_)": "count(DISTINCT x_)",
  "logical_or(x_)": "bool_or(x_)",
  "logical_and(x_)": "bool_and(x_)",
  "countif(x_)": "count(CASE WHEN x_ THEN 1 END)",
  "max_by(x_, y_)": "arg_max_null(x_, y_)",
  "min_by(x_, y_)": "arg_min_null(x_, y_)",

  // JSON; paths are checked and rewritten before
  "json_value_at(x_, path_)":
    "CASE WHEN json_type(x_, path_) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(x_, path_) END",
  "json_value_array_at(x_, path_)": "CAST(json_extract(x_, path_) AS VARCHAR[])",
  "to_json_string(x_)": "CAST(to_json(x_) AS VARCHAR)",
};

/** Parts of dates: how a value is cut down to one, and how the boundaries between two values are counted. */
const DATE_PARTS: Readonly<Record<string, readonly [start: string, difference: string]>> = {
  DAY: ["date_trunc('day', x_)", "date_diff('day', y_, x_)"],
  WEEK: ["gs_week_start(x_, 0)", "(gs_week_start(x_, 0) - gs_week_start(y_, 0)) // 7"],
  WEEK_SUNDAY: ["gs_week_start(x_, 0)", "(gs_week_start(x_, 0) - gs_week_start(y_, 0)) // 7"],
  WEEK_MONDAY: ["gs_week_start(x_, 1)", "(gs_week_start(x_, 1) - gs_week_start(y_, 1)) // 7"],
  WEEK_TUESDAY: ["gs_week_start(x_, 2)", "(gs_week_start(x_, 2) - gs_week_start(y_, 2)) // 7"],
  WEEK_WEDNESDAY: ["gs_week_start(x_, 3)", "(gs_week_start(x_, 3) - gs_week_start(y_, 3)) // 7"],
  WEEK_THURSDAY: ["gs_week_start(x_, 4)", "(gs_week_start(x_, 4) - gs_week_start(y_, 4)) // 7"],
  WEEK_FRIDAY: ["gs_week_start(x_, 5)", "(gs_week_start(x_, 5) - gs_week_start(y_, 5)) // 7"],
  WEEK_SATURDAY: ["gs_week_start(x_, 6)", "(gs_week_start(x_, 6) - gs_week_start(y_, 6)) // 7"],
  ISOWEEK: ["gs_week_start(x_, 1)", "(gs_week_start(x_, 1) - gs_week_start(y_, 1)) // 7"],
  MONTH: ["date_trunc('month', x_)", "date_diff('month', y_, x_)"],
  QUARTER: ["date_trunc('quarter', x_)", "date_diff('quarter', y_, x_)"],
  YEAR: ["date_trunc('year', x_)", "date_diff('year', y_, x_)"],
};

/** Parts of a time with their microseconds. */
const CLOCK_PARTS: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
};
const DAY_MICROS = 86_400_000_000;

/** What EXTRACT gives for each part (https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions#extract). */
const EXTRACT_PARTS: Readonly<Record<string, string>> = {
  YEAR: "year(x_)",
  QUARTER: "quarter(x_)",
  MONTH: "month(x_)",
  DAY: "day(x_)",
  DAYOFWEEK: "dayofweek(x_) + 1",
  DAYOFYEAR: "dayofyear(x_)",
  WEEK: "(dayofyear(x_) + 6 - dayofweek(x_)) // 7",
  ISOWEEK: "weekofyear(x_)",
  ISOYEAR: "isoyear(x_)",
  HOUR: "hour(x_)",
  MINUTE: "minute(x_)",
  SECOND: "second(x_)",
  MILLISECOND: "millisecond(x_) % 1000",
  MICROSECOND: "microsecond(x_) % 1000000",
  DATE: "CAST(x_ AS DATE)",
  TIME: "CAST(timezone('UTC', CAST(x_ AS TIMESTAMPTZ)) AS TIME)",
  DATETIME: "CAST(x_ AS TIMESTAMP)",
};

function timeFunctions(): Record<string, string> {
  const made: Record<string, string> = {};
  const asDate = (text: string) => text.replaceAll("x_", "gs_as_date(x_)").replaceAll("y_", "gs_as_date(y_)");
  const asDateTime = (text: string) =>
    text.replaceAll("x_", "CAST(x_ AS TIMESTAMP)").replaceAll("y_", "CAST(y_ AS TIMESTAMP)");
  for (const [part, [start, difference]] of Object.entries(DATE_PARTS)) {
    made[`date_trunc_${part}(x_)`] = `CAST(${asDate(start)} AS DATE)`;
    made[`datetime_trunc_${part}(x_)`] = `CAST(${asDateTime(start)} AS TIMESTAMP)`;
    made[`timestamp_trunc_${part}(x_, zone_)`] =
      `timezone(zone_, CAST(${start.replaceAll("x_", "timezone(zone_, CAST(x_ AS TIMESTAMPTZ))")} AS TIMESTAMP))`;
    made[`date_diff_${part}(x_, y_)`] = asDate(difference);
    made[`datetime_diff_${part}(x_, y_)`] = asDateTime(difference);
  }
  for (const [part, micros] of Object.entries(CLOCK_PARTS)) {
    const name = part.toLowerCase();
    made[`datetime_trunc_${part}(x_)`] = `date_trunc('${name}', CAST(x_ AS TIMESTAMP))`;
    made[`timestamp_trunc_${part}(x_, zone_)`] =
      `timezone(zone_, date_trunc('${name}', timezone(zone_, CAST(x_ AS TIMESTAMPTZ))))`;
    made[`time_trunc_${part}(x_)`] = `CAST(date_trunc('${name}', DATE '1970-01-01' + x_) AS TIME)`;
    made[`datetime_diff_${part}(x_, y_)`] =
      `date_diff('${name}', CAST(y_ AS TIMESTAMP), CAST(x_ AS TIMESTAMP))`;
    made[`timestamp_diff_${part}(x_, y_)`] = wholeIntervals(micros);
    made[`time_diff_${part}(x_, y_)`] = `date_diff('${name}', y_, x_)`;
  }
  made["timestamp_diff_DAY(x_, y_)"] = wholeIntervals(DAY_MICROS);
  for (const [part, body] of Object.entries(EXTRACT_PARTS)) made[`extract_${part}(x_)`] = body;
  for (const part of ["WEEK", "QUARTER", "YEAR", "MONTH"]) {
    const next = part === "WEEK" ? "INTERVAL 6 DAY" : `INTERVAL 1 ${part} - INTERVAL 1 DAY`;
    made[`last_day_${part}(x_)`] = `CAST(gs_date_trunc_${part}(CAST(x_ AS DATE)) + ${next} AS DATE)`;
  }
  for (const part of [
    "MICROSECOND",
    "MILLISECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
  ]) {
    made[`interval_${part}(n_)`] = INTERVALS[part] ?? `to_${part.toLowerCase()}s(CAST(n_ AS BIGINT))`;
  }
  for (const [verb, sign] of [
    ["add", "+"],
    ["sub", "-"],
  ]) {
    made[`date_${verb}(x_, interval_)`] = `CAST(gs_as_date(x_) ${sign} interval_ AS DATE)`;
    made[`datetime_${verb}(x_, interval_)`] = `CAST(x_ AS TIMESTAMP) ${sign} interval_`;
    made[`timestamp_${verb}(x_, interval_)`] = `CAST(x_ AS TIMESTAMPTZ) ${sign} interval_`;
    made[`time_${verb}(x_, interval_)`] = `CAST(x_ AS TIME) ${sign} interval_`;
  }
  return made;
}

const INTERVALS: Readonly<Record<string, string>> = {
  DAY: "to_days(CAST(n_ AS INTEGER))",
  WEEK: "to_days(CAST(n_ * 7 AS INTEGER))",
  MONTH: "to_months(CAST(n_ AS INTEGER))",
  QUARTER: "to_months(CAST(n_ * 3 AS INTEGER))",
  YEAR: "to_months(CAST(n_ * 12 AS INTEGER))",
};

/** TIMESTAMP_DIFF counts whole intervals, unlike DATE_DIFF and DATETIME_DIFF, which count boundaries. */
function wholeIntervals(micros: number): string {
  return `(epoch_us(CAST(x_ AS TIMESTAMPTZ)) - epoch_us(CAST(y_ AS TIMESTAMPTZ))) // ${micros}`;
}

const ALL = Object.entries({ ...FUNCTIONS, ...timeFunctions() });

function nameOf(signature: string): string {
  return signature.slice(0, signature.indexOf("(")).toUpperCase();
}

/** Names of every function that a macro carries, in capitals, without the prefix. */
export const MACRO_NAMES: ReadonlySet<string> = new Set(ALL.map(([signature]) => nameOf(signature)));

/** Division by zero is an error in GoogleSQL and NULL in DuckDB; this hides DuckDB's operator. */
const DIVISION = `CREATE MACRO "/"(x_, y_) AS CASE WHEN y_ = 0 THEN error('division by zero') ELSE system.main."/"(x_, y_) END`;

/** Statements that define the macros, each before the first that uses it. */
export const MACROS: readonly string[] = [DIVISION, ...sorted(definitions())];

function definitions(): Map<string, string> {
  const bodies = new Map<string, string[]>();
  for (const [signature, body] of ALL) {
    const name = nameOf(signature);
    const overload = `${signature.slice(signature.indexOf("("))} AS ${body}`;
    bodies.set(name, [...(bodies.get(name) ?? []), overload]);
  }
  return new Map(
    [...bodies].map(([name, all]) => [name, `CREATE MACRO gs_${name.toLowerCase()}${all.join(", ")}`]),
  );
}

function sorted(all: Map<string, string>): string[] {
  const done = new Set<string>();
  const statements: string[] = [];
  const visit = (name: string) => {
    const statement = all.get(name);
    if (statement === undefined || done.has(name)) return;
    done.add(name);
    for (const used of statement.matchAll(/\bgs_(\w+)/g)) visit(used[1]?.toUpperCase() ?? "");
    statements.push(statement);
  };
  for (const name of all.keys()) visit(name);
  return statements;
}
