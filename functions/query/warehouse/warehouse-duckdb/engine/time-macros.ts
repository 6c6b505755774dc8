/** Functions of dates and times that have no part. */
const PLAIN_FUNCTIONS: Readonly<Record<string, string>> = {
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
  "string(x_)":
    "CASE WHEN typeof(x_) = 'JSON' THEN own_json_to_string(CAST(x_ AS VARCHAR)) ELSE gs_cast_string(x_) END",
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
    "CASE WHEN typeof(x_) IN ('DATE', 'VARCHAR', '\"NULL\"') THEN CAST(x_ AS DATE) ELSE error('unsupported: A DATE function with a ' || CASE typeof(x_) WHEN 'TIMESTAMP' THEN 'DATETIME' WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP' ELSE 'different' END || ' argument') END",
  "week_start(x_, first_)":
    "CAST(x_ AS DATE) - CAST((dayofweek(CAST(x_ AS DATE)) - first_ + 7) % 7 AS INTEGER)",
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

/** Functions of dates and times as macros, one for each part of a date where the part changes what they do. */
export function timeFunctions(): Record<string, string> {
  const made: Record<string, string> = { ...PLAIN_FUNCTIONS };
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
