import { describe, expect, it } from "@jest/globals";
import { checkKept } from "#functions/query/warehouse/warehouse-duckdb/engine/translation/check-kept.ts";

describe("what the translator wrote, beside what it was given", () => {
  it.each([
    [
      "SELECT LAST_VALUE(f(x) IGNORE NULLS) OVER (ORDER BY x)",
      "SELECT LAST_VALUE(f(x)) OVER (ORDER BY x)",
      "IGNORE",
    ],
    ["SELECT BIT_XOR(DISTINCT x)", "SELECT BIT_XOR(x)", "DISTINCT"],
    ["SELECT x FROM t LIMIT 1", "SELECT x FROM t", "LIMIT"],
    ["SELECT x FROM t WHERE NOT x", "SELECT x FROM t WHERE x", "NOT"],
    ["SELECT 'LIMIT' FROM t LIMIT 1", "SELECT 'LIMIT LIMIT' FROM t", "LIMIT"],
  ])("%s may not become %s", (given, written, word) => {
    expect(() => checkKept(given, written)).toThrow(`${word} in this place is not supported`);
  });

  it.each([
    ["SELECT * EXCEPT (a) FROM t", 'SELECT * EXCLUDE ("a") FROM t'],
    ["SELECT ARRAY_AGG(x IGNORE NULLS)", "SELECT ARRAY_AGG(x) FILTER(WHERE x IS NOT NULL)"],
    ["SELECT 1 UNION DISTINCT SELECT 2", "SELECT 1 UNION SELECT 2"],
    ["SELECT 'where ''x'' limit', `order`, \"group\" FROM t", "SELECT 'where ''x'' limit', \"order\" FROM t"],
    ["SELECT x FROM t, u", "SELECT x FROM t CROSS JOIN u"],
  ])("%s may become %s", (given, written) => {
    expect(() => checkKept(given, written)).not.toThrow();
  });
});
