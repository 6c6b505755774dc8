/**
 * Functions of dates and times as DuckDB macros. DATETIME is DuckDB's TIMESTAMP, TIMESTAMP its TIMESTAMPTZ. A signature with types
 * stands for values of these types: which one is meant is decided when a statement is bound.
 * Reference: https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions and its neighbours
 */
const PLAIN_FUNCTIONS: Readonly<Record<string, string>> = {
  "current_date()": "CAST(now() AS DATE)",
  "current_date(zone_)": "CAST(gs_at_zone(now(), zone_) AS DATE)",
  "current_timestamp()": "now()",
  "current_datetime()": "timezone('UTC', now())",
  "current_datetime(zone_)": "gs_at_zone(now(), zone_)",
  "current_time()": "CAST(timezone('UTC', now()) AS TIME)",
  "current_time(zone_)": "CAST(gs_at_zone(now(), zone_) AS TIME)",

  "date(x_ DATE)": "x_",
  "date(x_ TIMESTAMP)": "CAST(x_ AS DATE)",
  "date(x_ TIMESTAMPTZ)": "CAST(timezone('UTC', x_) AS DATE)",
  "date(x_ VARCHAR)": "CAST(timezone('UTC', gs_cast_timestamp(x_)) AS DATE)",
  "date(x_, zone_)": "CAST(gs_at_zone(gs_cast_timestamp(x_), zone_) AS DATE)",
  "date(year_, month_, day_)": "make_date(year_, month_, day_)",
  "datetime(x_ DATE)": "CAST(x_ AS TIMESTAMP)",
  "datetime(x_ TIMESTAMP)": "x_",
  "datetime(x_ TIMESTAMPTZ)": "timezone('UTC', x_)",
  "datetime(x_ VARCHAR)": "gs_cast_datetime(x_)",
  "datetime(x_ DATE, y_ TIME)": "x_ + y_",
  "datetime(x_ TIMESTAMPTZ, zone_ VARCHAR)": "gs_at_zone(x_, zone_)",
  "datetime(x_ VARCHAR, zone_ VARCHAR)": "gs_at_zone(gs_cast_timestamp(x_), zone_)",
  "datetime(year_, month_, day_, hour_, minute_, second_)":
    "make_timestamp(year_, month_, day_, hour_, minute_, CAST(gs_inner_second(second_) AS DOUBLE))",
  "time(x_ TIME)": "x_",
  "time(x_ TIMESTAMP)": "CAST(x_ AS TIME)",
  "time(x_ TIMESTAMPTZ)": "CAST(timezone('UTC', x_) AS TIME)",
  "time(x_ TIMESTAMPTZ, zone_)": "CAST(gs_at_zone(x_, zone_) AS TIME)",
  "time(hour_, minute_, second_)": "make_time(hour_, minute_, CAST(gs_inner_second(second_) AS DOUBLE))",
  "timestamp(x_ DATE)": "timezone('UTC', CAST(x_ AS TIMESTAMP))",
  "timestamp(x_ TIMESTAMP)": "timezone('UTC', x_)",
  "timestamp(x_ TIMESTAMPTZ)": "x_",
  "timestamp(x_ VARCHAR)": "gs_cast_timestamp(x_)",
  "timestamp(x_ DATE, zone_)": "gs_inner_from_local(CAST(x_ AS TIMESTAMP), zone_)",
  "timestamp(x_ TIMESTAMP, zone_)": "gs_inner_from_local(x_, zone_)",
  // A text that names its own zone must not be read in another one.
  "timestamp(x_ VARCHAR, zone_)":
    "CASE WHEN regexp_matches(x_, ':\\d.*([+-]|[A-Za-z])') THEN CAST(own_error('error: TIMESTAMP: the text has a time zone of its own') AS TIMESTAMPTZ) ELSE gs_inner_from_local(gs_cast_datetime(x_), zone_) END",
  "string(x_)":
    "CASE WHEN typeof(x_) = 'JSON' THEN own_json_to_string(CAST(x_ AS VARCHAR)) ELSE gs_cast_string(x_) END",
  "string(x_ TIMESTAMPTZ, zone_)": "gs_inner_moment_text(x_, gs_at_zone(x_, zone_))",
  "inner_moment_text(x_, local_)":
    "own_moment_text(epoch_us(local_), (epoch_us(local_) - epoch_us(x_)) // 60000000)",
  "inner_second(x_)":
    "CASE WHEN x_ < 0 OR x_ > 59 THEN CAST(own_error('error: A second must be from 0 to 59') AS BIGINT) ELSE CAST(x_ AS BIGINT) END",

  "unix_date(x_ DATE)": "date_diff('day', DATE '1970-01-01', x_)",
  "unix_date(x_ VARCHAR)": "date_diff('day', DATE '1970-01-01', gs_cast_date(x_))",
  "unix_seconds(x_ TIMESTAMPTZ)": "CAST(floor(epoch_us(x_) / 1000000) AS BIGINT)",
  "unix_seconds(x_ VARCHAR)": "CAST(floor(epoch_us(gs_cast_timestamp(x_)) / 1000000) AS BIGINT)",
  "unix_millis(x_ TIMESTAMPTZ)": "CAST(floor(epoch_us(x_) / 1000) AS BIGINT)",
  "unix_millis(x_ VARCHAR)": "CAST(floor(epoch_us(gs_cast_timestamp(x_)) / 1000) AS BIGINT)",
  "unix_micros(x_ TIMESTAMPTZ)": "epoch_us(x_)",
  "unix_micros(x_ VARCHAR)": "epoch_us(gs_cast_timestamp(x_))",
  "date_from_unix_date(x_)": "DATE '1970-01-01' + CAST(x_ AS INTEGER)",
  "timestamp_seconds(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000000))",
  "timestamp_millis(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000))",
  "timestamp_micros(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT)))",
  "timestamp_from_unix_seconds(x_)": "gs_timestamp_seconds(x_)",
  "timestamp_from_unix_millis(x_)": "gs_timestamp_millis(x_)",
  "timestamp_from_unix_micros(x_)": "gs_timestamp_micros(x_)",

  // A zone is a name, which DuckDB knows, or an offset, which it does not.
  "at_zone(x_ TIMESTAMPTZ, zone_)":
    "CASE WHEN own_zone_minutes(zone_) = 2000 THEN timezone(zone_, x_) ELSE timezone('UTC', x_) + to_minutes(own_zone_minutes(zone_)) END",
  // A local time that comes twice is the earlier one in GoogleSQL, the later one in DuckDB.
  "inner_from_local(x_, zone_)":
    "CASE WHEN own_zone_minutes(zone_) <> 2000 THEN timezone('UTC', x_ - to_minutes(own_zone_minutes(zone_))) WHEN timezone(zone_, timezone(zone_, x_) - INTERVAL 1 HOUR) = x_ THEN timezone(zone_, x_) - INTERVAL 1 HOUR WHEN timezone(zone_, timezone(zone_, x_) - INTERVAL 30 MINUTE) = x_ THEN timezone(zone_, x_) - INTERVAL 30 MINUTE ELSE timezone(zone_, x_) END",
  "inner_interval(months_, days_, micros_)": "to_months(months_) + to_days(days_) + to_microseconds(micros_)",
  "inner_week_start(x_, first_)":
    "CAST(x_ AS DATE) - CAST((dayofweek(CAST(x_ AS DATE)) - first_ + 7) % 7 AS INTEGER)",
  // FORMAT_… by the type of the value.
  "inner_format(format_, x_ DATE)": "own_format_time('DATE', format_, epoch_us(CAST(x_ AS TIMESTAMP)), 0)",
  "inner_format(format_, x_ TIME)": "own_format_time('TIME', format_, epoch_us(DATE '1970-01-01' + x_), 0)",
  "inner_format(format_, x_ TIMESTAMP)": "own_format_time('DATETIME', format_, epoch_us(x_), 0)",
  "inner_format(format_, x_ TIMESTAMPTZ)": "own_format_time('TIMESTAMP', format_, epoch_us(x_), 0)",
  "inner_format(format_, x_ TIMESTAMPTZ, zone_)":
    "own_format_time('TIMESTAMP', format_, epoch_us(gs_at_zone(x_, zone_)), (epoch_us(gs_at_zone(x_, zone_)) - epoch_us(x_)) // 60000000)",
  "inner_strftime(x_ DATE, format_)": "strftime(x_, format_)",
  "inner_strftime(x_ TIMESTAMP, format_)": "strftime(x_, format_)",
  "inner_strftime(x_ TIMESTAMPTZ, format_)": "strftime(timezone('UTC', x_), format_)",
  // PARSE_…: DuckDB's own parser is fast and stricter; what it does not read is read, or refused, by ours.
  "inner_parse(x_, format_)": "make_timestamp(own_parse_time(format_, x_))",
  "inner_parse(x_, format_, native_)":
    "coalesce(try_strptime(x_, native_), make_timestamp(own_parse_time(format_, x_)))",
  "inner_parse_zoned(x_, format_, zone_)":
    "gs_inner_from_local(make_timestamp(own_parse_time(format_, x_)), CASE own_parse_zone(format_, x_) WHEN '' THEN zone_ ELSE own_parse_zone(format_, x_) END)",
  "inner_cast_format(x_ DATE, format_)":
    "own_cast_format('DATE', format_, epoch_us(CAST(x_ AS TIMESTAMP)), 0)",
  "inner_cast_format(x_ TIME, format_)":
    "own_cast_format('TIME', format_, epoch_us(DATE '1970-01-01' + x_), 0)",
  "inner_cast_format(x_ TIMESTAMP, format_)": "own_cast_format('DATETIME', format_, epoch_us(x_), 0)",
  "inner_cast_format(x_ TIMESTAMPTZ, format_)": "own_cast_format('TIMESTAMP', format_, epoch_us(x_), 0)",
  "inner_cast_format(x_ VARCHAR, format_)": "own_error('unsupported: CAST with this FORMAT')",
  "inner_cast_format(x_ BIGINT, format_)": "own_error('unsupported: CAST of a number with FORMAT')",
  "inner_cast_format(x_ DOUBLE, format_)": "own_error('unsupported: CAST of a number with FORMAT')",
  "inner_cast_format(x_ BLOB, format_)": "own_error('unsupported: CAST of BYTES with FORMAT')",
  "inner_cast_format(x_ TIMESTAMPTZ, format_, zone_)":
    "own_cast_format('TIMESTAMP', format_, epoch_us(gs_at_zone(x_, zone_)), (epoch_us(gs_at_zone(x_, zone_)) - epoch_us(x_)) // 60000000)",
  "inner_cast_parse(x_, format_)": "make_timestamp(own_cast_parse(format_, x_))",
  "inner_times(from_, to_, step_)":
    "generate_series(from_, CASE WHEN abs(epoch_us(to_) - epoch_us(from_)) > 1000000 * abs(epoch_us(TIMESTAMP '2000-01-01' + step_) - epoch_us(TIMESTAMP '2000-01-01')) THEN CAST(own_error('unsupported: GENERATE_TIMESTAMP_ARRAY of more than 1000000 elements') AS TIMESTAMPTZ) ELSE to_ END, step_)",
};

/** What a literal text is read as, by the function that takes it; other values keep their type. */
const COERCIONS: Readonly<Record<string, string>> = {
  date: "gs_cast_date(x_)",
  datetime: "gs_cast_datetime(x_)",
  timestamp: "gs_cast_timestamp(x_)",
  time: "gs_cast_time(x_)",
};

const DAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

/** Parts of dates: how a value is cut down to one, and how the boundaries between two values are counted. */
const DATE_PARTS: Readonly<Record<string, readonly [start: string, difference: string]>> = {
  DAY: ["date_trunc('day', x_)", "date_diff('day', y_, x_)"],
  WEEK: week(0),
  ...Object.fromEntries(DAYS.map((day, first) => [`WEEK_${day}`, week(first)])),
  ISOWEEK: week(1),
  MONTH: ["date_trunc('month', x_)", "date_diff('month', y_, x_)"],
  QUARTER: ["date_trunc('quarter', x_)", "date_diff('quarter', y_, x_)"],
  YEAR: ["date_trunc('year', x_)", "date_diff('year', y_, x_)"],
  ISOYEAR: ["date_trunc('isoyear', x_)", "isoyear(x_) - isoyear(y_)"],
};

function week(first: number): readonly [string, string] {
  const start = (name: string) => `gs_inner_week_start(${name}, ${first})`;
  return [start("x_"), `date_diff('day', ${start("y_")}, ${start("x_")}) // 7`];
}

/** Parts of a time with their microseconds. */
const CLOCK_PARTS: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
};
const DAY_MICROS = 86_400_000_000;

/** What EXTRACT gives for each part of a date (https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions#extract). */
const EXTRACT_DATE_PARTS: Readonly<Record<string, string>> = {
  YEAR: "year(x_)",
  QUARTER: "quarter(x_)",
  MONTH: "month(x_)",
  DAY: "day(x_)",
  DAYOFWEEK: "dayofweek(x_) + 1",
  DAYOFYEAR: "dayofyear(x_)",
  WEEK: "(dayofyear(x_) + 6 - dayofweek(x_)) // 7",
  ...Object.fromEntries(
    DAYS.map((day, first) => [
      `WEEK_${day}`,
      `(dayofyear(x_) + 6 - (dayofweek(x_) - ${first} + 7) % 7) // 7`,
    ]),
  ),
  ISOWEEK: "weekofyear(x_)",
  ISOYEAR: "isoyear(x_)",
  DATE: "CAST(x_ AS DATE)",
};

const EXTRACT_CLOCK_PARTS: Readonly<Record<string, string>> = {
  HOUR: "hour(x_)",
  MINUTE: "minute(x_)",
  SECOND: "second(x_)",
  MILLISECOND: "millisecond(x_) % 1000",
  MICROSECOND: "microsecond(x_) % 1000000",
};

const INTERVAL_PARTS = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

const LOCAL = "timezone('UTC', x_)";
const wrong = (what: string, type: string) => `CAST(own_error('error: ${what}') AS ${type})`;

/** Functions of dates and times as macros, one for each part of a date where the part changes what they do. */
export function timeFunctions(): Record<string, string> {
  const made: Record<string, string> = { ...PLAIN_FUNCTIONS };
  for (const [type, body] of Object.entries(COERCIONS)) {
    made[`inner_as_${type}(x_ VARCHAR)`] = body;
    for (const kept of ["DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME"])
      made[`inner_as_${type}(x_ ${kept})`] = "x_";
  }
  made["inner_as_timestamp(x_ DATE)"] = "timezone('UTC', CAST(x_ AS TIMESTAMP))";
  made["inner_as_datetime(x_ DATE)"] = "CAST(x_ AS TIMESTAMP)";
  return { ...made, ...truncations(), ...differences(), ...extractions(), ...lastDays(), ...shifts() };
}

function truncations(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [part, [start]] of Object.entries(DATE_PARTS)) {
    const cut = (value: string) => `CAST(${start.replaceAll("x_", value)} AS TIMESTAMP)`;
    made[`inner_trunc_${part}(x_ DATE)`] = `CAST(${start} AS DATE)`;
    made[`inner_trunc_${part}(x_ TIMESTAMP)`] = cut("x_");
    made[`inner_trunc_${part}(x_ TIMESTAMPTZ)`] = `timezone('UTC', ${cut(LOCAL)})`;
    made[`inner_trunc_${part}(x_ TIMESTAMPTZ, zone_)`] =
      `gs_inner_from_local(${cut("gs_at_zone(x_, zone_)")}, zone_)`;
  }
  for (const part of Object.keys(CLOCK_PARTS)) {
    const cut = (value: string) => `date_trunc('${part.toLowerCase()}', ${value})`;
    const local = "gs_at_zone(x_, zone_)";
    made[`inner_trunc_${part}(x_ DATE)`] = wrong(`A DATE has no ${part}`, "DATE");
    made[`inner_trunc_${part}(x_ TIMESTAMP)`] = cut("x_");
    made[`inner_trunc_${part}(x_ TIMESTAMPTZ)`] = `timezone('UTC', ${cut(LOCAL)})`;
    // What is cut off is the same in both calendars, also where a local hour comes twice.
    made[`inner_trunc_${part}(x_ TIMESTAMPTZ, zone_)`] =
      `x_ - to_microseconds(epoch_us(${local}) - epoch_us(${cut(local)}))`;
    made[`inner_trunc_${part}(x_ TIME)`] = `CAST(${cut("(DATE '1970-01-01' + x_)")} AS TIME)`;
  }
  return made;
}

/** Between DATEs and DATETIMEs boundaries are counted, between TIMESTAMPs whole intervals. */
function differences(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [part, [, difference]] of Object.entries(DATE_PARTS)) {
    made[`inner_diff_${part}(x_ DATE, y_ DATE)`] = difference;
    made[`inner_diff_${part}(x_ TIMESTAMP, y_ TIMESTAMP)`] = difference;
    made[`inner_diff_${part}(x_ TIMESTAMPTZ, y_ TIMESTAMPTZ)`] =
      part === "DAY"
        ? wholeIntervals(DAY_MICROS)
        : wrong(`TIMESTAMP_DIFF does not support ${part}`, "BIGINT");
  }
  for (const [part, micros] of Object.entries(CLOCK_PARTS)) {
    const boundaries = `date_diff('${part.toLowerCase()}', y_, x_)`;
    made[`inner_diff_${part}(x_ TIMESTAMP, y_ TIMESTAMP)`] = boundaries;
    made[`inner_diff_${part}(x_ TIMESTAMPTZ, y_ TIMESTAMPTZ)`] = wholeIntervals(micros);
    made[`inner_diff_${part}(x_ TIME, y_ TIME)`] = boundaries;
  }
  return made;
}

function wholeIntervals(micros: number): string {
  return `(epoch_us(x_) - epoch_us(y_)) // ${micros}`;
}

function extractions(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [part, body] of Object.entries(EXTRACT_DATE_PARTS)) {
    for (const type of ["DATE", "TIMESTAMP"]) made[`extract_${part}(x_ ${type})`] = body;
    made[`extract_${part}(x_ TIMESTAMPTZ)`] = body.replaceAll("x_", LOCAL);
  }
  for (const [part, body] of Object.entries(EXTRACT_CLOCK_PARTS)) {
    for (const type of ["TIME", "TIMESTAMP"]) made[`extract_${part}(x_ ${type})`] = body;
    made[`extract_${part}(x_ TIMESTAMPTZ)`] = body.replaceAll("x_", LOCAL);
    made[`extract_${part}(x_ DATE)`] = wrong(`A DATE has no ${part}`, "BIGINT");
  }
  for (const part of INTERVAL_PARTS)
    made[`extract_${part}(x_ INTERVAL)`] = `datepart('${part.toLowerCase()}', x_)`;
  made["extract_TIME(x_ TIMESTAMP)"] = "CAST(x_ AS TIME)";
  made["extract_TIME(x_ TIMESTAMPTZ)"] = `CAST(${LOCAL} AS TIME)`;
  made["extract_DATETIME(x_ TIMESTAMP)"] = "x_";
  made["extract_DATETIME(x_ TIMESTAMPTZ)"] = LOCAL;
  return made;
}

function lastDays(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const part of Object.keys(DATE_PARTS)) {
    const first = `gs_inner_trunc_${part}(CAST(x_ AS DATE))`;
    const next =
      part === "ISOWEEK" || part.startsWith("WEEK")
        ? "INTERVAL 6 DAY"
        : `INTERVAL 1 ${part} - INTERVAL 1 DAY`;
    made[`inner_last_day_${part}(x_)`] = `CAST(${first} + ${next} AS DATE)`;
  }
  made["inner_last_day_ISOYEAR(x_)"] =
    "CAST(gs_inner_week_start(make_date(isoyear(x_) + 1, 1, 4), 1) - INTERVAL 1 DAY AS DATE)";
  return made;
}

const INTERVALS: Readonly<Record<string, string>> = {
  MICROSECOND: "to_microseconds(CAST(n_ AS BIGINT))",
  MILLISECOND: "to_milliseconds(CAST(n_ AS BIGINT))",
  SECOND: "to_seconds(CAST(n_ AS BIGINT))",
  MINUTE: "to_minutes(CAST(n_ AS BIGINT))",
  HOUR: "to_hours(CAST(n_ AS BIGINT))",
  DAY: "to_days(CAST(n_ AS INTEGER))",
  WEEK: "to_days(CAST(n_ * 7 AS INTEGER))",
  MONTH: "to_months(CAST(n_ AS INTEGER))",
  QUARTER: "to_months(CAST(n_ * 3 AS INTEGER))",
  YEAR: "to_months(CAST(n_ * 12 AS INTEGER))",
};

function shifts(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [part, body] of Object.entries(INTERVALS)) made[`interval_${part}(n_)`] = body;
  for (const [verb, sign] of [
    ["add", "+"],
    ["sub", "-"],
  ]) {
    made[`inner_${verb}(x_ DATE, interval_)`] = `CAST(x_ ${sign} interval_ AS DATE)`;
    for (const type of ["TIMESTAMP", "TIMESTAMPTZ", "TIME"])
      made[`inner_${verb}(x_ ${type}, interval_)`] = `x_ ${sign} interval_`;
  }
  return made;
}
