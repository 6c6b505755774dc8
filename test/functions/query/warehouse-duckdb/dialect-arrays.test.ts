import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "Arrays and structs of GoogleSQL", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["ARRAY_SLICE([1,2,3,4],1,2)", [2, 3]],
    ["ARRAY_SLICE(['a','b','c','d','e'], 1, 3)", ["b", "c", "d"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], -1, 3)", []],
    ["ARRAY_SLICE(['a','b','c','d','e'], 1, -3)", ["b", "c"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], -1, -3)", []],
    ["ARRAY_SLICE(['a','b','c','d','e'], -3, -1)", ["c", "d", "e"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], 3, 3)", ["d"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], 1, 30)", ["b", "c", "d", "e"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], 1, -30)", []],
    ["ARRAY_SLICE(['a','b','c','d','e'], -30, 30)", ["a", "b", "c", "d", "e"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], -30, -5)", ["a"]],
    ["ARRAY_SLICE(['a','b','c','d','e'], 5, 30)", []],
    ["ARRAY_SLICE([1, 2], -30, -4)", []],
    ["ARRAY_SLICE([1], NULL, 1)", []],
    ["ARRAY_FIRST([5,6])", 5],
    ["ARRAY_LAST([5,6])", 6],
    ["ARRAY_FIRST([NULL, 1])", null],
    ["ARRAY_INCLUDES([1,2], 2)", true],
    ["ARRAY_INCLUDES([1,NULL], 3)", false],
    ["ARRAY_INCLUDES([1,2], NULL)", null],
    ["ARRAY_INCLUDES([1,2,3], e -> e > 2)", true],
    ["ARRAY_INCLUDES_ANY([1,2,3], [3,4])", true],
    ["ARRAY_INCLUDES_ANY([1,2,3], [4])", false],
    ["ARRAY_INCLUDES_ALL([1,2,3], [3,1])", true],
    ["ARRAY_INCLUDES_ALL([1,2,3], [3,5])", false],
    ["ARRAY_IS_DISTINCT([1,2,3])", true],
    ["ARRAY_IS_DISTINCT([1,1])", false],
    ["ARRAY_IS_DISTINCT([NULL,NULL])", false],
    ["ARRAY_IS_DISTINCT([1,NULL])", true],
    ["ARRAY_IS_DISTINCT(CAST([] AS ARRAY<INT64>))", true],
    ["ARRAY_FILTER([1,2,3], e -> e > 1)", [2, 3]],
    ["ARRAY_FILTER([5,6,7], (e, i) -> i = 1)", [6]],
    ["ARRAY_TRANSFORM([1,2,3], e -> e + 1)", [2, 3, 4]],
    ["ARRAY_TRANSFORM([10,20], (e, i) -> e + i)", [10, 21]],
    ["ARRAY_LENGTH([1,NULL])", 2],
    ["ARRAY_LENGTH(NULL)", null],
    ["ARRAY_CONCAT([1],[2,3],[4])", [1, 2, 3, 4]],
    ["ARRAY_REVERSE([1,2])", [2, 1]],
    ["ARRAY_REVERSE(CAST(NULL AS ARRAY<INT64>))", []],
    ["ARRAY_TO_STRING(['a', NULL, 'b'], ',')", "a,b"],
    ["ARRAY_TO_STRING(['a', NULL, 'b'], ',', 'N')", "a,N,b"],
    ["ARRAY_TO_STRING([], ',')", ""],
    ["ARRAY_MAX([1,5,NULL])", 5],
    ["ARRAY_MIN([3,NULL,2])", 2],
    ["ARRAY_SUM([1,2,NULL])", 3],
    ["ARRAY_AVG([1,2])", 1.5],
    ["GENERATE_ARRAY(1, 5)", [1, 2, 3, 4, 5]],
    ["GENERATE_ARRAY(0, 10, 3)", [0, 3, 6, 9]],
    ["GENERATE_ARRAY(10, 0, -3)", [10, 7, 4, 1]],
    ["GENERATE_ARRAY(4, 4, 10)", [4]],
    ["GENERATE_ARRAY(10, 0, 3)", []],
    ["GENERATE_ARRAY(5, NULL, 1)", []],
    ["GENERATE_ARRAY(0, 1, 0.5)", [0, 0.5, 1]],
    ["GENERATE_ARRAY(1.5, 3.5)", [1.5, 2.5, 3.5]],
    ["GENERATE_ARRAY(NUMERIC '0', NUMERIC '1', NUMERIC '0.5')", ["0", "0.5", "1"]],
    ["[1,2,3][OFFSET(0)]", 1],
    ["[1,2,3][ORDINAL(1)]", 1],
    ["[1,2,3][SAFE_ORDINAL(5)]", null],
    ["[1,2,3][SAFE_OFFSET(-1)]", null],
    ["[1,2,3][SAFE_ORDINAL(0)]", null],
    ["[1,2,3][NULL]", null],
    ["[NULL,1][OFFSET(0)]", null],
    ["ARRAY<INT64>[1,2]", [1, 2]],
    ["ARRAY<FLOAT64>[1,2]", [1, 2]],
    ["ARRAY<NUMERIC>[1, 2.5]", ["1", "2.5"]],
    ["ARRAY<DATE>['2024-01-01']", ["2024-01-01"]],
    ["ARRAY<TIMESTAMP>['2024-01-01 00:00:00+00']", ["2024-01-01T00:00:00Z"]],
    ["ARRAY<DATETIME>['2024-01-01 00:00:00']", ["2024-01-01T00:00:00"]],
    ["ARRAY<STRING>[]", []],
    [
      "ARRAY<STRUCT<a INT64, b STRING>>[(1,'x'),(2,'y')]",
      [
        { a: 1, b: "x" },
        { a: 2, b: "y" },
      ],
    ],
    ["[1, 2.5]", [1, 2.5]],
    ["[]", []],
    ["[STRUCT([1] AS a)]", [{ a: [1] }]],
    ["STRUCT(1, 2 AS b)", { _field_1: 1, b: 2 }],
    ["STRUCT<x INT64, y STRING>(5, 'q')", { x: 5, y: "q" }],
    ["STRUCT<x NUMERIC, y DATE>(5, '2024-01-01')", { x: "5", y: "2024-01-01" }],
    ["STRUCT<INT64>(5)", { _field_1: 5 }],
    ["STRUCT<a ARRAY<INT64>>([1])", { a: [1] }],
    ["STRUCT(1 AS a, 'x' AS b).a", 1],
    ["(1, 2) = (1, 2)", true],
    ["(1, 2) = (1, 3)", false],
    ["STRUCT(1,2) IN (STRUCT(1,2))", true],
    ["(1, 'a') IN ((1, 'a'), (2, 'b'))", true],
    ["(1, NULL) = (2, NULL)", false],
    ["2 IN UNNEST([1,2])", true],
    ["2 IN UNNEST([1,NULL])", null],
    ["2 IN UNNEST([2,NULL])", true],
    ["2 NOT IN UNNEST([1,NULL])", null],
    ["NULL IN UNNEST([1])", null],
    ["2 IN UNNEST(CAST(NULL AS ARRAY<INT64>))", false],
    ["NULL IN UNNEST(CAST([] AS ARRAY<INT64>))", false],
    ["2 IN (1, NULL)", null],
    ["2 NOT IN (1, NULL)", null],
    ["2 NOT IN (1, 3)", true],
    ["ARRAY(SELECT x*2 FROM UNNEST([1,2,3]) x ORDER BY x DESC)", [6, 4, 2]],
    [
      "ARRAY(SELECT AS STRUCT x, x*2 AS y FROM UNNEST([1,2]) x ORDER BY x)",
      [
        { x: 1, y: 2 },
        { x: 2, y: 4 },
      ],
    ],
    ["ARRAY(SELECT x FROM UNNEST([1]) x WHERE x > 5)", []],
    ["ARRAY_LENGTH(ARRAY(SELECT x FROM UNNEST([1]) x WHERE x > 5))", 0],
    ["ARRAY_LENGTH(ARRAY(SELECT x FROM UNNEST([1,NULL]) x))", 2],
    ["ARRAY(SELECT DISTINCT x FROM UNNEST([1,1,2]) x ORDER BY x)", [1, 2]],
    ["ARRAY(SELECT x FROM UNNEST([3,1,2]) x ORDER BY x LIMIT 2)", [1, 2]],
    ["EXISTS(SELECT 1 FROM UNNEST([1,2]) x WHERE x = 2)", true],
  ])("%s is %j", async (expression, value) => {
    expect(await at.rows(`SELECT ${expression} AS v`)).toEqual([{ v: value }]);
  });

  it.each([
    ["ARRAY_FIRST(CAST([] AS ARRAY<INT64>))", "query_failed"],
    ["GENERATE_ARRAY(1, 3, 0)", "query_failed"],
    ["[1,2,3][OFFSET(3)]", "query_failed"],
    ["[1,2,3][ORDINAL(0)]", "query_failed"],
    ["[1,2,3][OFFSET(-1)]", "query_failed"],
    ["[1, NULL]", "query_failed"],
    ["[[1],[2]]", "unsupported_sql"],
    ["FLATTEN([1,2])", "unsupported_sql"],
  ])("%s fails with %s", async (expression, code) => {
    expect(await at.query(`SELECT ${expression} AS v`)).toMatchObject({ kind: "failure", code });
  });

  it.each([
    [
      "SELECT x, y FROM UNNEST([1,2]) x, UNNEST([x, x * 10]) y ORDER BY x, y",
      [
        [1, 1],
        [1, 10],
        [2, 2],
        [2, 20],
      ],
    ],
    ["SELECT * FROM UNNEST([STRUCT(1 AS a, 'x' AS b)])", [[1, "x"]]],
    ["SELECT * FROM UNNEST([1,2]) AS n ORDER BY n", [[1], [2]]],
    ["SELECT * FROM UNNEST([1,2]) ORDER BY 1", [[1], [2]]],
    ["SELECT s FROM UNNEST([STRUCT(1 AS a)]) s", [[{ a: 1 }]]],
    ["SELECT s.a, a FROM UNNEST([STRUCT(1 AS a)]) s", [[1, 1]]],
    [
      "SELECT ARRAY_AGG(s ORDER BY s.x) FROM (SELECT STRUCT(x) s FROM UNNEST([2,1]) x)",
      [[[{ x: 1 }, { x: 2 }]]],
    ],
    ["SELECT x, pos FROM UNNEST(['a','b']) AS x WITH OFFSET pos WHERE pos = 1", [["b", 1]]],
    ["SELECT a.x FROM UNNEST([STRUCT(1 AS x, [10,20] AS ys)]) a, UNNEST(a.ys) y", [[1], [1]]],
    [
      "SELECT x, y FROM UNNEST([STRUCT(1 AS x, [10,20] AS ys)]), UNNEST(ys) y ORDER BY y",
      [
        [1, 10],
        [1, 20],
      ],
    ],
    [
      "WITH t AS (SELECT 1 AS id, [STRUCT('k' AS key, 5 AS v)] AS arr) SELECT id, key, v FROM t, UNNEST(arr)",
      [[1, "k", 5]],
    ],
    [
      "WITH t AS (SELECT 1 AS id, [STRUCT('k' AS key, 5 AS v)] AS arr) SELECT id, key, v, off FROM t, UNNEST(arr) WITH OFFSET off",
      [[1, "k", 5, 0]],
    ],
    [
      "WITH t AS (SELECT 1 AS id, [3,4] AS arr UNION ALL SELECT 2, []) SELECT id, a FROM t LEFT JOIN UNNEST(arr) a ORDER BY 1,2",
      [
        [1, 3],
        [1, 4],
        [2, null],
      ],
    ],
    [
      "WITH t AS (SELECT 1 AS id, [3,4] AS arr UNION ALL SELECT 2, NULL) SELECT id, a FROM t, UNNEST(arr) a ORDER BY 1,2",
      [
        [1, 3],
        [1, 4],
      ],
    ],
  ])("%s", async (sql, rows) => {
    expect((await at.rows(sql)).map((row) => Object.values(row))).toEqual(rows);
  });
});
