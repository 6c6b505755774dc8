import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "what other dialects write and GoogleSQL does not have", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["SELECT 5 % 3", "MOD(x, y)"],
    ["SELECT -5 % 3 FROM UNNEST([1])", "MOD(x, y)"],
    ["SELECT 5 MOD 3", "MOD(x, y)"],
    ["SELECT 7 // 2", "DIV(x, y)"],
    ["SELECT 2 ** 3", "POW(x, y)"],
    ["SELECT '1'::INT64", "CAST(x AS type)"],
    ["SELECT 1 == 1", "compares with ="],
    ["SELECT 1 <=> 1", "IS NOT DISTINCT FROM"],
    ["SELECT TRUE && TRUE", "AND"],
    ["SELECT j ->> 'b' FROM (SELECT '{}' AS j)", "JSON_VALUE"],
    ["SELECT 'a' ~ 'b'", "REGEXP_CONTAINS"],
    ["SELECT 'a' !~ 'b'", "REGEXP_CONTAINS"],
    ["SELECT 'a' ILIKE 'A'", "LOWER(x) LIKE"],
    ["SELECT 'a' NOT ILIKE 'A'", "LOWER"],
    ["SELECT 'a' SIMILAR TO 'a.*'", "REGEXP_CONTAINS"],
    ["SELECT 'a_c' LIKE 'a!_c' ESCAPE '!'", "backslash"],
    ["SELECT 1 NOT NULL", "IS NOT NULL"],
    ["SELECT 1 BETWEEN SYMMETRIC 2 AND 0", "LEAST"],
    ["SELECT x FROM UNNEST([1, 2]) AS x WHERE x = ANY([1])", "ANY"],
    ["SELECT x FROM UNNEST([1, 2]) AS x WHERE x > ALL(SELECT 1)", "ALL"],
    ["SELECT DISTINCT ON (x) x FROM UNNEST([1, 1]) AS x", "QUALIFY"],
    ["SELECT TOP 1 x FROM UNNEST([1, 2]) AS x", "LIMIT"],
    ["SELECT x FROM UNNEST([1, 2]) AS x LIMIT 50 PERCENT", "LIMIT"],
    ["SELECT x FROM UNNEST([1, 2]) AS x LIMIT 1, 1", "OFFSET"],
    ["SELECT * EXCLUDE (a) FROM (SELECT 1 AS a, 2 AS b)", "EXCEPT"],
    ["SELECT * EXCLUDE a FROM (SELECT 1 AS a, 2 AS b)", "EXCEPT"],
    ["SELECT * EXCEPT a FROM (SELECT 1 AS a, 2 AS b)", "brackets"],
    ["SELECT * FROM (SELECT 1 AS a) AS x NATURAL JOIN (SELECT 1 AS a) AS y", "USING"],
    ["SELECT * FROM (SELECT 1 AS a) AS x ASOF JOIN (SELECT 1 AS a) AS y ON x.a >= y.a", "ASOF"],
    ["SELECT * FROM (SELECT 1 AS a) AS x LEFT SEMI JOIN (SELECT 1 AS a) AS y USING (a)", "EXISTS"],
    ["WITH t(a) AS (SELECT 1) SELECT a FROM t", "AS column_name"],
    ["SELECT TIMESTAMP '2024-01-01 00:00:00+00' AT TIME ZONE 'UTC'", "DATETIME(timestamp, zone)"],
    ["SELECT 1_000", "white space"],
    ["SELECT 0b1", "white space"],
    ["SELECT 1a", "white space"],
    ["SELECT IF(TRUE, 1)", "3 arguments"],
    ["SELECT IFNULL(NULL, NULL, 3)", "2 arguments"],
    ["SELECT MAX(x, 2) FROM UNNEST([1, 2, 3]) AS x", "one argument"],
    ["SELECT COUNT(DISTINCT x, y) FROM (SELECT 1 AS x, 2 AS y)", "one argument"],
    ["SELECT ARRAY(1, 2)", "[a, b]"],
    ["SELECT 1 WHERE TRUE", "WHERE"],
    ["SELECT COUNT(*) HAVING TRUE", "HAVING"],
  ])("is refused with what to write instead: %s", async (sql, advice) => {
    const outcome = await at.query(sql);
    expect(outcome).toMatchObject({ kind: "failure", code: "invalid_query" });
    expect(outcome).toHaveProperty("message", expect.stringContaining(advice));
  });

  it.each([
    ["SELECT USER"],
    ["SELECT current_user"],
    ["SELECT SESSION_USER FROM (SELECT 1 AS x)"],
    ["SELECT LOCALTIMESTAMP"],
    ["SELECT CURRENT_SCHEMA"],
  ])("a name that DuckDB alone knows is no value: %s", async (sql) => {
    expect(await at.query(sql)).toMatchObject({
      kind: "failure",
      code: "invalid_query",
      message: expect.stringContaining("Unrecognized name"),
    });
  });

  it.each([
    ["SELECT user FROM (SELECT 'me' AS user)", "me"],
    ["SELECT 1 ISNULL", 1],
    ["SELECT 2 NOTNULL", 2],
    ["SELECT ARRAY[1, 2]", [1, 2]],
    ["SELECT MOD(-5, 3)", -2],
    ["SELECT 'a%' LIKE 'a\\\\%'", true],
    ["SELECT 1 IS DISTINCT FROM NULL", true],
    ["SELECT NOT (NULL IS NOT NULL)", true],
    ["SELECT ~5", -6],
    ["SELECT top FROM (SELECT 1 AS top, 2 AS filter, 3 AS minus)", 1],
    ["SELECT a.delete FROM (SELECT 1 AS delete, 2 AS drop) AS a WHERE drop = 2", 1],
    ["SELECT EXTRACT(HOUR FROM TIMESTAMP '2024-07-01 00:00:00+00' AT TIME ZONE 'Europe/Zurich')", 2],
    ["SELECT EXTRACT(WEEK(MONDAY) FROM TIMESTAMP '2024-01-07 23:30:00+00' AT TIME ZONE 'Asia/Tokyo')", 2],
    ["SELECT 'abc' LIKE ANY ('x%', 'a%')", true],
    ["SELECT COUNT(*) FROM (SELECT 1 AS a) AS x LEFT OUTER JOIN (SELECT 1 AS a) AS y USING (a)", 1],
    ["FROM (SELECT 1 AS a) |> SELECT a", 1],
  ])("what looks alike and is GoogleSQL stays: %s", async (sql, value) => {
    expect((await at.rows(sql)).map((row) => Object.values(row)[0])).toEqual([value]);
  });
});
