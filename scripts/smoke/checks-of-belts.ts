import { type Check, must, same } from "./check.ts";

/** A statement that must not be answered, with the codes that it may be refused with. */
function refused(name: string, sql: string, codes: readonly string[]): Check {
  return {
    name,
    async run(at) {
      const { code, message } = await at.refusal(sql);
      must(codes.includes(code), `It was refused with ${code}: ${message}`);
      return `${code}: ${message}`;
    },
  };
}

const HIDDEN = "SELECT 1 FROM `bigquery-public-data.noaa_gsod.gsod2020`";
const MISSING = "SELECT 1 FROM `bigquery-public-data.noaa_gsod.no_such_table`";

/** What is refused: each statement would be free, as it does not run. */
export const BELT_CHECKS: readonly Check[] = [
  refused("a write", "CREATE TABLE `bigquery-public-data.samples.smoke` AS SELECT 1 AS one", [
    "write_not_allowed",
    // BigQuery may say first that nobody may write there.
    "permission_denied",
  ]),
  refused("a script", "DECLARE x INT64 DEFAULT 1; SELECT x", ["multiple_statements"]),
  refused("more bytes than the cap", "SELECT * FROM `bigquery-public-data.samples.natality`", [
    "bytes_limit_exceeded",
  ]),
  {
    name: "a dataset that is not allowed, and a table that is not there",
    async run(at) {
      const [hidden, missing] = [await at.refusal(HIDDEN), await at.refusal(MISSING)];
      same([hidden.code, missing.code], ["dataset_not_allowed", "dataset_not_allowed"]);
      same(hidden.message.replace("gsod2020", "no_such_table"), missing.message);
      return `${hidden.code}, in the same words`;
    },
  },
  refused("everybody's statements", "SELECT query FROM `region-us`.INFORMATION_SCHEMA.JOBS_BY_PROJECT", [
    "dataset_not_allowed",
  ]),
  refused("a missing table", "SELECT * FROM `bigquery-public-data.samples.shakespear`", ["table_not_found"]),
];
