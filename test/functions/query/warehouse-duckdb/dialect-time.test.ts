import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "GoogleSQL's dates and times", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    // A function goes by the type of its argument, not by its own name.
    ["DATE_TRUNC(TIMESTAMP '2024-02-14 10:00:00+00', MONTH)", "2024-02-01T00:00:00Z"],
    ["DATE_TRUNC(DATETIME '2024-02-14 10:00:00', MONTH)", "2024-02-01T00:00:00"],
    ["DATE_TRUNC('2015-06-15', ISOYEAR)", "2014-12-29"],
    ["DATE_DIFF(TIMESTAMP '2024-01-02 00:00:00+00', TIMESTAMP '2024-01-01 12:00:00+00', DAY)", 0],
    ["DATETIME_DIFF(DATETIME '2024-01-02 00:00:00', DATETIME '2024-01-01 12:00:00', DAY)", 1],
    ["DATETIME_DIFF(DATETIME '2024-01-01 01:00:00', DATETIME '2024-01-01 00:59:59', HOUR)", 1],
    ["TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:00+00', TIMESTAMP '2024-01-01 01:30:00+00', HOUR)", -1],
    ["DATE_DIFF('2017-12-30', '2014-12-30', ISOYEAR)", 2],
    ["DATE_DIFF(DATE '2024-01-01', DATE '2023-12-31', YEAR)", 1],
    ["DATE_ADD(DATETIME '2024-01-31 10:00:00', INTERVAL 1 MONTH)", "2024-02-29T10:00:00"],
    ["TIME_ADD(TIME '23:30:00', INTERVAL 45 MINUTE)", "00:15:00"],
    ["EXTRACT(WEEK(MONDAY) FROM DATE '2017-11-05')", 44],
    ["EXTRACT(ISOYEAR FROM DATE '2024-12-30')", 2025],
    ["EXTRACT(HOUR FROM TIMESTAMP '2024-01-05 10:30:00+00' AT TIME ZONE '+05:30')", 16],
    ["EXTRACT(MILLISECOND FROM TIMESTAMP '2024-01-05 10:30:59.123456+00')", 123],
    ["LAST_DAY(DATE '2008-11-10', WEEK(MONDAY))", "2008-11-16"],
    ["LAST_DAY(DATE '2024-06-01', ISOYEAR)", "2024-12-29"],
    // Clocks go forward and back.
    ["TIMESTAMP('2024-11-03 01:30:00', 'America/New_York')", "2024-11-03T05:30:00Z"],
    ["TIMESTAMP('2024-03-10 02:30:00', 'America/New_York')", "2024-03-10T07:30:00Z"],
    ["TIMESTAMP_TRUNC(TIMESTAMP '2024-11-03 06:45:00+00', HOUR, 'America/New_York')", "2024-11-03T06:00:00Z"],
    ["TIMESTAMP_TRUNC(TIMESTAMP '2024-02-14 10:45:00+00', HOUR, 'Asia/Kolkata')", "2024-02-14T10:30:00Z"],
    ["TIMESTAMP_TRUNC(TIMESTAMP '2024-11-04 03:00:00+00', DAY, 'America/New_York')", "2024-11-03T04:00:00Z"],
    ["STRING(TIMESTAMP '2024-07-05 15:30:00.5+00', 'America/New_York')", "2024-07-05 11:30:00.500-04"],
    ["STRING(TIMESTAMP '2024-07-05 15:30:00+00', 'Asia/Kolkata')", "2024-07-05 21:00:00+05:30"],
    ["UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5+00')", -1],
    ["FORMAT_DATE('%x %Q %e %J %g', DATE '2008-12-05')", "12/05/08 4  5 341 08"],
    ["FORMAT_DATE('%F %H', DATE '2008-12-05')", "2008-12-05 %H"],
    [
      "FORMAT_TIMESTAMP('%c %Z %z %Ez', TIMESTAMP '2024-07-05 15:30:55+00', 'America/New_York')",
      "Fri Jul  5 11:30:55 2024 UTC-4 -0400 -04:00",
    ],
    [
      "FORMAT_TIMESTAMP('%E3S %E*S %s %k %l %P', TIMESTAMP '2024-07-05 15:30:55.1+00')",
      "55.100 55.1 1720193455 15  3 pm",
    ],
    ["FORMAT_TIME('%R %I%p', TIME '00:30:00')", "00:30 12AM"],
    ["PARSE_DATE('%m-%d', '01-05')", "1970-01-05"],
    ["PARSE_DATE('%d %b %y', ' 5 jan 69 ')", "1969-01-05"],
    ["PARSE_DATE('%Y%j', '2024060')", "2024-02-29"],
    ["PARSE_TIMESTAMP('%Y-%m-%dT%H:%M:%E*S%Ez', '2024-01-05T10:00:00.5+02:00')", "2024-01-05T08:00:00.500Z"],
    ["PARSE_TIMESTAMP('%F %H:%M', '2024-01-05 10:00', 'America/New_York')", "2024-01-05T15:00:00Z"],
    ["PARSE_TIMESTAMP('%s', '1704448800', 'Asia/Tokyo')", "2024-01-05T10:00:00Z"],
    ["PARSE_TIME('%I:%M %p', '12:05 am')", "00:05:00"],
    ["SAFE.PARSE_DATE('%Y-%m-%d', '2024-02-30')", null],
    ["CAST(DATE '2024-02-14' AS STRING FORMAT 'Day DD-MON-YY')", "Wednesday 14-FEB-24"],
    ["CAST('14.02.2024 01:05 pm' AS DATETIME FORMAT 'DD.MM.YYYY HH12:MI AM')", "2024-02-14T13:05:00"],
    ["SAFE_CAST('2024-13-01' AS DATE FORMAT 'YYYY-MM-DD')", null],
    ["ARRAY_LENGTH(GENERATE_TIMESTAMP_ARRAY('2024-01-01', '2024-01-02', INTERVAL 6 HOUR))", 5],
    ["DATETIME(DATE '2024-01-05', TIME '10:00:00')", "2024-01-05T10:00:00"],
    ["DATE_TRUNC(NULL, MONTH)", null],
    ["EXTRACT(YEAR FROM NULL)", null],
    ["DATE_BUCKET(DATE '1949-12-29', INTERVAL 2 DAY)", "1949-12-28"],
    ["DATE_BUCKET('2000-12-20', INTERVAL 7 DAY, DATE '2000-12-24')", "2000-12-17"],
    ["DATE_BUCKET(DATE '2024-02-19', INTERVAL 1 MONTH, DATE '2024-01-20')", "2024-01-20"],
    ["DATE_BUCKET(DATE '1949-05-17', INTERVAL 1 YEAR)", "1949-01-01"],
    ["DATETIME_BUCKET(DATETIME '1949-12-30 13:00:00', INTERVAL 12 HOUR)", "1949-12-30T12:00:00"],
    ["TIMESTAMP_BUCKET(TIMESTAMP '2024-01-01 10:17:00+00', INTERVAL 15 MINUTE)", "2024-01-01T10:15:00Z"],
    ["DATE_BUCKET(NULL, INTERVAL 1 DAY)", null],
    ["DATE '2024-01-05' + INTERVAL '1-2' YEAR TO MONTH", "2025-03-05T00:00:00"],
    ["DATETIME '2024-01-05 00:00:00' + INTERVAL '-1 10:30' DAY TO MINUTE", "2024-01-04T10:30:00"],
    ["CAST(INTERVAL '1-2 3 4:5:6.789' YEAR TO SECOND AS STRING)", "1-2 3 4:5:6.789"],
    ["CAST(INTERVAL -5 HOUR AS STRING)", "0-0 0 -5:0:0"],
  ])("%s is %j", async (expression, value) => {
    expect(await at.rows(`SELECT ${expression} AS v`)).toEqual([{ v: value }]);
  });

  it.each([
    ["DATE_TRUNC(MIN(d), MONTH)", "2024-01-01"],
    ["DATE_DIFF(MAX(d), MIN(d), DAY)", 31],
    ["FORMAT_DATE('%Q', MAX(d))", "1"],
    ["DATE_ADD(MAX(d), INTERVAL COUNT(*) DAY)", "2024-02-09"],
    ["EXTRACT(WEEK FROM ANY_VALUE(d)) > 0", true],
    ["INSTR(STRING_AGG(FORMAT_DATE('%m', d), '' ORDER BY d), '02')", 3],
  ])("goes by the type of an aggregate too: %s is %j", async (expression, value) => {
    const dates = "UNNEST([DATE '2024-01-07', DATE '2024-02-07']) AS d";
    expect(await at.rows(`SELECT ${expression} AS v FROM ${dates}`)).toEqual([{ v: value }]);
  });

  it.each([
    ["EXTRACT(HOUR FROM DATE '2024-01-01')", "query_failed"],
    ["DATE_BUCKET(DATE '2024-01-01', INTERVAL 0 DAY)", "query_failed"],
    ["DATE_BUCKET(DATE '2024-01-01', INTERVAL 1 HOUR)", "unsupported_sql"],
    ["TIMESTAMP_BUCKET(TIMESTAMP '2024-01-01', INTERVAL 1 MONTH)", "unsupported_sql"],
    ["DATE(2024, 2, 30)", "query_failed"],
    ["DATE '2024-01-05' - DATE '2024-01-01'", "unsupported_sql"],
    ["EXTRACT(DAY FROM CURRENT_TIMESTAMP() - TIMESTAMP '2024-01-01')", "unsupported_sql"],
    ["CAST('2024-01-05 10:00:00+05:00' AS DATETIME)", "query_failed"],
    ["TIMESTAMP('2024-01-01 00:00:00', 'Nowhere/City')", "query_failed"],
    ["TIMESTAMP('2024-01-01 00:00:00+00', 'Asia/Tokyo')", "query_failed"],
    ["PARSE_DATE('%Y-%m-%d', '2024-02-30')", "query_failed"],
    ["PARSE_DATE('%Y-%m-%d', '2024-02-03x')", "query_failed"],
    ["TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 MONTH)", "unsupported_sql"],
    ["DATE_TRUNC(CURRENT_DATE(), DECADE)", "unsupported_sql"],
    ["GENERATE_TIMESTAMP_ARRAY('2024-01-01', '2124-01-01', INTERVAL 1 SECOND)", "unsupported_sql"],
  ])("%s fails with %s", async (expression, code) => {
    expect(await at.query(`SELECT ${expression} AS v`)).toMatchObject({ kind: "failure", code });
  });
});
