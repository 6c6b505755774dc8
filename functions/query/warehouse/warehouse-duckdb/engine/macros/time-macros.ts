/**
 * Functions of dates and times as DuckDB macros. DATETIME is DuckDB's TIMESTAMP, TIMESTAMP its TIMESTAMPTZ. What depends on
 * the type is asked with typeof, once, when a statement is bound; signatures with types would not do: an aggregate has none yet.
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

  "date(x_)":
    "CAST(CASE WHEN typeof(x_) = 'VARCHAR' THEN gs_cast_timestamp(CAST(x_ AS VARCHAR)) ELSE x_ END AS DATE)",
  "date(x_, zone_)": "CAST(gs_at_zone(gs_cast_timestamp(x_), zone_) AS DATE)",
  "date(year_, month_, day_)": "make_date(year_, month_, day_)",
  "datetime(x_)": "gs_cast_datetime(x_)",
  "datetime(x_, y_)":
    "CASE WHEN typeof(y_) = 'TIME' THEN CAST(x_ AS DATE) + TRY_CAST(y_ AS TIME) ELSE gs_at_zone(gs_cast_timestamp(x_), CAST(y_ AS VARCHAR)) END",
  "datetime(year_, month_, day_, hour_, minute_, second_)":
    "make_timestamp(year_, month_, day_, hour_, minute_, CAST(gs_inner_second(second_) AS DOUBLE))",
  "time(x_)": "CAST(CAST(x_ AS TIMESTAMP) AS TIME)",
  "time(x_, zone_)": "CAST(gs_at_zone(CAST(x_ AS TIMESTAMPTZ), zone_) AS TIME)",
  "time(hour_, minute_, second_)": "make_time(hour_, minute_, CAST(gs_inner_second(second_) AS DOUBLE))",
  "timestamp(x_)": "gs_cast_timestamp(x_)",
  // A text that names its own zone must not be read in another one.
  "timestamp(x_, zone_)":
    "CASE WHEN typeof(x_) = 'VARCHAR' AND regexp_matches(CAST(x_ AS VARCHAR), ':\\d.*([+-]|[A-Za-z])') THEN CAST(own_error('error: TIMESTAMP: the text has a time zone of its own') AS TIMESTAMPTZ) ELSE gs_inner_from_local(gs_cast_datetime(x_), zone_) END",
  "string(x_)":
    "CASE WHEN typeof(x_) = 'JSON' THEN own_json_to_string(CAST(x_ AS VARCHAR)) ELSE gs_cast_string(x_) END",
  "string(x_, zone_)": "gs_inner_moment_text(CAST(x_ AS TIMESTAMPTZ), gs_at_zone(x_, zone_))",
  "inner_moment_text(x_, local_)":
    "own_moment_text(epoch_us(local_), (epoch_us(local_) - epoch_us(x_)) // 60000000)",
  "inner_second(x_)":
    "CASE WHEN x_ < 0 OR x_ > 59 THEN CAST(own_error('error: A second must be from 0 to 59') AS BIGINT) ELSE CAST(x_ AS BIGINT) END",

  "unix_date(x_)": "date_diff('day', DATE '1970-01-01', CAST(x_ AS DATE))",
  "unix_seconds(x_)": "CAST(floor(epoch_us(gs_cast_timestamp(x_)) / 1000000) AS BIGINT)",
  "unix_millis(x_)": "CAST(floor(epoch_us(gs_cast_timestamp(x_)) / 1000) AS BIGINT)",
  "unix_micros(x_)": "epoch_us(gs_cast_timestamp(x_))",
  "date_from_unix_date(x_)": "DATE '1970-01-01' + CAST(x_ AS INTEGER)",
  "timestamp_seconds(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000000))",
  "timestamp_millis(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT) * 1000))",
  "timestamp_micros(x_)": "timezone('UTC', make_timestamp(CAST(x_ AS BIGINT)))",
  "timestamp_from_unix_seconds(x_)": "gs_timestamp_seconds(x_)",
  "timestamp_from_unix_millis(x_)": "gs_timestamp_millis(x_)",
  "timestamp_from_unix_micros(x_)": "gs_timestamp_micros(x_)",

  // A zone is a name, which DuckDB knows, or an offset, which it does not.
  "at_zone(x_, zone_)":
    "CASE WHEN own_zone_minutes(zone_) = 2000 THEN timezone(zone_, CAST(x_ AS TIMESTAMPTZ)) ELSE timezone('UTC', CAST(x_ AS TIMESTAMPTZ)) + to_minutes(own_zone_minutes(zone_)) END",
  // A local time that comes twice is the earlier one in GoogleSQL, the later one in DuckDB.
  "inner_from_local(x_, zone_)":
    "CASE WHEN own_zone_minutes(zone_) <> 2000 THEN timezone('UTC', x_ - to_minutes(own_zone_minutes(zone_))) WHEN timezone(zone_, timezone(zone_, x_) - INTERVAL 1 HOUR) = x_ THEN timezone(zone_, x_) - INTERVAL 1 HOUR WHEN timezone(zone_, timezone(zone_, x_) - INTERVAL 30 MINUTE) = x_ THEN timezone(zone_, x_) - INTERVAL 30 MINUTE ELSE timezone(zone_, x_) END",
  "inner_interval(months_, days_, micros_)": "to_months(months_) + to_days(days_) + to_microseconds(micros_)",
  "inner_interval_text(x_)":
    "own_interval_text(datepart('year', x_) * 12 + datepart('month', x_), datepart('day', x_), (datepart('hour', x_) * 60 + datepart('minute', x_)) * 60000000 + datepart('microsecond', x_))",
  // The difference of two dates or times is an INTERVAL in GoogleSQL, which DuckDB counts in another way, or as days.
  "inner_subtrahend(x_, y_)":
    "CASE WHEN typeof(x_) IN ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') AND typeof(y_) IN ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') THEN cast_to_type(own_error('unsupported: The difference of two dates or times by - (write DATE_DIFF or TIMESTAMP_DIFF)'), y_) ELSE y_ END",
  "inner_week_start(x_, first_)":
    "CAST(x_ AS DATE) - CAST((dayofweek(CAST(x_ AS DATE)) - first_ + 7) % 7 AS INTEGER)",
  // The local calendar and clock of a DATE or DATETIME, those of UTC of a TIMESTAMP.
  "inner_moment(x_)":
    "CASE WHEN typeof(x_) IN ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', '\"NULL\"') THEN CAST(x_ AS TIMESTAMP) ELSE CAST(own_error('error: The function takes a DATE, DATETIME or TIMESTAMP; write CAST around anything else') AS TIMESTAMP) END",
  "inner_type(x_)":
    "CASE typeof(x_) WHEN 'DATE' THEN 'DATE' WHEN 'TIME' THEN 'TIME' WHEN 'TIMESTAMP' THEN 'DATETIME' ELSE 'TIMESTAMP' END",
  // FORMAT_… by the type of the value; FORMAT_DATETIME of a DATE has a clock.
  "inner_format(name_, format_, x_)":
    "own_format_time(CASE WHEN name_ = 'DATETIME' THEN CASE gs_inner_type(x_) WHEN 'DATE' THEN 'DATETIME' ELSE gs_inner_type(x_) END ELSE gs_inner_type(x_) END, format_, epoch_us(x_), 0)",
  "inner_format_zoned(format_, x_, zone_)":
    "own_format_time('TIMESTAMP', format_, epoch_us(gs_at_zone(x_, zone_)), (epoch_us(gs_at_zone(x_, zone_)) - epoch_us(CAST(x_ AS TIMESTAMPTZ))) // 60000000)",
  "inner_strftime(x_, format_)": "strftime(gs_inner_moment(x_), format_)",
  // PARSE_…: DuckDB's own parser is fast and stricter; what it does not read is read, or refused, by ours.
  "inner_parse(x_, format_)": "make_timestamp(own_parse_time(format_, x_))",
  "inner_parse(x_, format_, native_)":
    "coalesce(try_strptime(x_, native_), make_timestamp(own_parse_time(format_, x_)))",
  "inner_parse_zoned(x_, format_, zone_)":
    "gs_inner_from_local(make_timestamp(own_parse_time(format_, x_)), CASE own_parse_zone(format_, x_) WHEN '' THEN zone_ ELSE own_parse_zone(format_, x_) END)",
  // The start of the bucket: an INTERVAL is counted in months, or in microseconds.
  "inner_bucket(x_, width_, origin_)":
    "gs_inner_bucket_of(x_, origin_, datepart('year', width_) * 12 + datepart('month', width_), datepart('day', width_) * 86400000000 + (datepart('hour', width_) * 60 + datepart('minute', width_)) * 60000000 + datepart('microsecond', width_))",
  "inner_bucket_of(x_, origin_, months_, micros_)":
    "CASE WHEN months_ > 0 AND micros_ <> 0 OR months_ < 0 OR months_ = 0 AND micros_ <= 0 THEN CAST(own_error('error: The width of a bucket is one positive INTERVAL of one part') AS TIMESTAMP) WHEN months_ > 0 AND day(origin_) > 28 THEN CAST(own_error('unsupported: Buckets of months whose origin is after the 28th') AS TIMESTAMP) WHEN months_ > 0 THEN origin_ + to_months(CAST(gs_inner_down(gs_inner_months(x_, origin_), months_) AS INTEGER)) ELSE make_timestamp(epoch_us(origin_) + gs_inner_down(epoch_us(x_) - epoch_us(origin_), micros_)) END",
  // Whole months from the origin, the started one not counted.
  "inner_months(x_, origin_)":
    "date_diff('month', origin_, x_) - CASE WHEN x_ < origin_ + to_months(CAST(date_diff('month', origin_, x_) AS INTEGER)) THEN 1 ELSE 0 END",
  "inner_down(x_, step_)": "x_ - ((x_ % step_) + step_) % step_",
  "inner_cast_format(x_, format_)": "own_cast_format(gs_inner_type(x_), format_, epoch_us(x_), 0)",
  "inner_cast_format(x_, format_, zone_)":
    "own_cast_format('TIMESTAMP', format_, epoch_us(gs_at_zone(x_, zone_)), (epoch_us(gs_at_zone(x_, zone_)) - epoch_us(CAST(x_ AS TIMESTAMPTZ))) // 60000000)",
  "inner_cast_parse(x_, format_)": "make_timestamp(own_cast_parse(format_, x_))",
  "inner_times(from_, to_, step_)":
    "generate_series(CAST(from_ AS TIMESTAMPTZ), CASE WHEN abs(epoch_us(CAST(to_ AS TIMESTAMPTZ)) - epoch_us(CAST(from_ AS TIMESTAMPTZ))) > 1000000 * abs(epoch_us(TIMESTAMP '2000-01-01' + step_) - epoch_us(TIMESTAMP '2000-01-01')) THEN CAST(own_error('unsupported: GENERATE_TIMESTAMP_ARRAY of more than 1000000 elements') AS TIMESTAMPTZ) ELSE CAST(to_ AS TIMESTAMPTZ) END, step_)",
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

const DAY_OF = "CAST(x_ AS DATE)";

/** The same cut of a DATE alone, several times as fast as DuckDB's `date_trunc`. */
const DATE_STARTS: Readonly<Record<string, string>> = {
  DAY: DAY_OF,
  MONTH: `${DAY_OF} - CAST(day(${DAY_OF}) - 1 AS INTEGER)`,
  QUARTER: `make_date(year(${DAY_OF}), quarter(${DAY_OF}) * 3 - 2, 1)`,
  YEAR: `${DAY_OF} - CAST(dayofyear(${DAY_OF}) - 1 AS INTEGER)`,
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

const wrong = (what: string, type: string) => `CAST(own_error('error: ${what}') AS ${type})`;

/** Functions of dates and times as macros, one for each part of a date where the part changes what they do. */
export function timeFunctions(): Record<string, string> {
  return {
    ...PLAIN_FUNCTIONS,
    ...truncations(),
    ...differences(),
    ...extractions(),
    ...lastDays(),
    ...shifts(),
  };
}

/** A value that is cut down keeps its type. */
function truncations(): Record<string, string> {
  const made: Record<string, string> = {};
  const local = "gs_at_zone(x_, zone_)";
  for (const [part, [start]] of Object.entries(DATE_PARTS)) {
    const cut = (value: string) => `CAST(${start.replaceAll("x_", value)} AS TIMESTAMP)`;
    const moment = cut("gs_inner_moment(x_)");
    const ofDate = DATE_STARTS[part];
    const either =
      ofDate === undefined
        ? moment
        : `CASE WHEN typeof(x_) = 'DATE' THEN CAST(${ofDate} AS TIMESTAMP) ELSE ${moment} END`;
    made[`inner_trunc_${part}(x_)`] = `cast_to_type(${either}, x_)`;
    made[`inner_trunc_${part}(x_, zone_)`] = `gs_inner_from_local(${cut(local)}, zone_)`;
  }
  for (const part of Object.keys(CLOCK_PARTS)) {
    const cut = (value: string) => `date_trunc('${part.toLowerCase()}', ${value})`;
    const noClock = `CASE WHEN typeof(x_) = 'DATE' THEN ${wrong(`A DATE has no ${part}`, "TIMESTAMP")}`;
    made[`inner_trunc_${part}(x_)`] = `cast_to_type(${noClock} ELSE ${cut("gs_inner_moment(x_)")} END, x_)`;
    // What is cut off is the same in both calendars, also where a local hour comes twice.
    made[`inner_trunc_${part}(x_, zone_)`] =
      `CAST(x_ AS TIMESTAMPTZ) - to_microseconds(epoch_us(${local}) - epoch_us(${cut(local)}))`;
    made[`inner_trunc_time_${part}(x_)`] = `CAST(${cut("(DATE '1970-01-01' + CAST(x_ AS TIME))")} AS TIME)`;
  }
  return made;
}

const IS_TIMESTAMP = "(typeof(x_) = 'TIMESTAMP WITH TIME ZONE' OR typeof(y_) = 'TIMESTAMP WITH TIME ZONE')";
const inMoments = (text: string) => text.replace(/\b([xy]_)/g, "gs_inner_moment($1)");

/** Between DATEs and DATETIMEs boundaries are counted, between TIMESTAMPs whole intervals. */
function differences(): Record<string, string> {
  const made: Record<string, string> = {};
  const either = (timestamps: string, others: string) =>
    `CASE WHEN ${IS_TIMESTAMP} THEN ${timestamps} ELSE ${inMoments(others)} END`;
  for (const [part, [, difference]] of Object.entries(DATE_PARTS)) {
    const whole =
      part === "DAY"
        ? wholeIntervals(DAY_MICROS)
        : wrong(`TIMESTAMP_DIFF does not support ${part}`, "BIGINT");
    made[`inner_diff_${part}(x_, y_)`] = either(whole, difference);
  }
  for (const [part, micros] of Object.entries(CLOCK_PARTS)) {
    const boundaries = `date_diff('${part.toLowerCase()}', y_, x_)`;
    made[`inner_diff_${part}(x_, y_)`] = either(wholeIntervals(micros), boundaries);
    made[`inner_diff_time_${part}(x_, y_)`] =
      `date_diff('${part.toLowerCase()}', CAST(y_ AS TIME), CAST(x_ AS TIME))`;
  }
  return made;
}

function wholeIntervals(micros: number): string {
  return inMoments(`(epoch_us(x_) - epoch_us(y_)) // ${micros}`);
}

/** DuckDB's functions of parts take every type, an INTERVAL too. */
function extractions(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [part, body] of Object.entries(EXTRACT_DATE_PARTS)) made[`extract_${part}(x_)`] = body;
  for (const [part, body] of Object.entries(EXTRACT_CLOCK_PARTS)) {
    made[`extract_${part}(x_)`] =
      `CASE WHEN typeof(x_) = 'DATE' THEN ${wrong(`A DATE has no ${part}`, "BIGINT")} ELSE ${body} END`;
  }
  made["extract_TIME(x_)"] = "CAST(gs_inner_moment(x_) AS TIME)";
  made["extract_DATETIME(x_)"] = "gs_inner_moment(x_)";
  return made;
}

function lastDays(): Record<string, string> {
  const made: Record<string, string> = {};
  for (const part of Object.keys(DATE_PARTS)) {
    const first = (DATE_PARTS[part]?.[0] ?? "").replaceAll("x_", "CAST(x_ AS DATE)");
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
    made[`inner_${verb}(x_, interval_)`] = `cast_to_type(x_ ${sign} interval_, x_)`;
  }
  return made;
}
