import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "Aggregates and windows of GoogleSQL", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    [
      "SELECT x, SUM(x) OVER (ORDER BY x) FROM UNNEST([1,2,3]) x ORDER BY 1",
      [
        [1, 1],
        [2, 3],
        [3, 6],
      ],
    ],
    [
      "SELECT AVG(x) OVER () FROM UNNEST([NUMERIC '1', NUMERIC '2', NUMERIC '2']) x LIMIT 1",
      [["1.666666667"]],
    ],
    ["SELECT AVG(DISTINCT x) FROM UNNEST([NUMERIC '1', NUMERIC '2', NUMERIC '2']) x", [["1.5"]]],
    ["SELECT COUNTIF(x > 1) OVER (), LOGICAL_OR(x > 2) OVER () FROM UNNEST([1,2,3]) x LIMIT 1", [[2, true]]],
    ["SELECT APPROX_QUANTILES(x, 2) FROM UNNEST([1,1,1,4,5,6,7,8,9,10]) x", [[[1, 5, 10]]]],
    ["SELECT APPROX_QUANTILES(DISTINCT x, 2) FROM UNNEST([1,1,1,4,5,6,7,8,9,10]) x", [[[1, 6, 10]]]],
    ["SELECT APPROX_QUANTILES(x, 100)[OFFSET(90)] FROM UNNEST([1,2,3,4,5,6,7,8,9,10]) x", [[9]]],
    [
      "SELECT APPROX_TOP_COUNT(x, 2) FROM UNNEST(['apple','apple','pear','pear','pear','banana']) x",
      [
        [
          [
            { value: "pear", count: 3 },
            { value: "apple", count: 2 },
          ],
        ],
      ],
    ],
    [
      "SELECT APPROX_TOP_COUNT(x, 2) FROM UNNEST([NULL, 'pear', 'pear', 'pear', 'apple', NULL]) x",
      [
        [
          [
            { value: "pear", count: 3 },
            { value: null, count: 2 },
          ],
        ],
      ],
    ],
    ["SELECT PERCENTILE_CONT(x, 0.5) OVER () FROM UNNEST([1,2,3,4]) x LIMIT 1", [[2.5]]],
    [
      "SELECT PERCENTILE_CONT(x, 0.1) OVER (), PERCENTILE_DISC(x, 0.5) OVER () FROM UNNEST([0,3,NULL,1,2]) x LIMIT 1",
      [[0.30000000000000004, 1]],
    ],
    [
      "SELECT PERCENTILE_DISC(x, 0) OVER (), PERCENTILE_DISC(x, 1) OVER () FROM UNNEST(['c','b','a']) x LIMIT 1",
      [["a", "c"]],
    ],
    // The translator forgets IGNORE NULLS after a call.
    [
      "SELECT LAST_VALUE(ABS(y) IGNORE NULLS) OVER (ORDER BY x) FROM UNNEST([STRUCT(1 AS x, -5 AS y), (2, NULL)]) ORDER BY x",
      [[5], [5]],
    ],
    [
      "SELECT ARRAY_AGG(DISTINCT ABS(x) IGNORE NULLS ORDER BY ABS(x) DESC LIMIT 2) FROM UNNEST([1, -1, NULL, 5]) AS x",
      [[[5, 1]]],
    ],
    [
      "SELECT STRING_AGG(DISTINCT LOWER(x), '|' ORDER BY LOWER(x) LIMIT 2) FROM UNNEST(['a', 'A', NULL, 'b']) AS x",
      [["a|b"]],
    ],
    ["SELECT CORR(x, y) FROM UNNEST([STRUCT(1.0 AS x, 2.0 AS y)])", [[null]]],
    [
      "SELECT STDDEV(x), VAR_POP(x), VARIANCE(x), STDDEV_POP(x), COVAR_SAMP(x,x), COVAR_POP(x,x) FROM UNNEST([5]) x",
      [[null, 0, null, 0, null, 0]],
    ],
    [
      "SELECT SUM(x), COUNT(x), AVG(x), MAX(x), STRING_AGG(CAST(x AS STRING)), COUNT(*), ANY_VALUE(x), LOGICAL_AND(x > 1), BIT_OR(x) FROM UNNEST([1]) x WHERE x > 5",
      [[null, 0, null, null, null, 0, null, null, null]],
    ],
    [
      "SELECT MAX_BY(x, y), MIN_BY(x, y) FROM UNNEST([STRUCT('a' AS x, 1 AS y), ('b', 2), (NULL, 3)])",
      [[null, "a"]],
    ],
    ["SELECT LAST_VALUE(x) OVER (ORDER BY x) FROM UNNEST([1,2,3]) x ORDER BY x", [[1], [2], [3]]],
    [
      "SELECT LAST_VALUE(x IGNORE NULLS) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM UNNEST([1,NULL,3]) x WITH OFFSET o ORDER BY o",
      [[1], [1], [3]],
    ],
    [
      "SELECT FIRST_VALUE(x IGNORE NULLS) OVER (ORDER BY o ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM UNNEST([NULL,2,NULL]) x WITH OFFSET o ORDER BY o",
      [[2], [2], [null]],
    ],
    [
      "SELECT NTH_VALUE(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM UNNEST([1,2,3]) x LIMIT 1",
      [[2]],
    ],
    [
      "SELECT SUM(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM UNNEST([1,2,3]) x ORDER BY x",
      [[3], [6], [5]],
    ],
    [
      "SELECT SUM(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1,2,4]) x ORDER BY x",
      [[1], [3], [4]],
    ],
    [
      "SELECT SUM(x) OVER (ORDER BY x DESC RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM UNNEST([1,2,4]) x ORDER BY x",
      [[3], [2], [4]],
    ],
    [
      "SELECT SUM(x) OVER w, COUNT(*) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM UNNEST([1,1,3]) x WINDOW w AS (ORDER BY x) ORDER BY 1,2",
      [
        [2, 1],
        [2, 2],
        [5, 3],
      ],
    ],
    [
      "SELECT x, RANK() OVER (ORDER BY x DESC) r FROM UNNEST([3,NULL,5]) x ORDER BY r",
      [
        [5, 1],
        [3, 2],
        [null, 3],
      ],
    ],
    ["SELECT x FROM UNNEST([3,NULL,5]) x ORDER BY x NULLS LAST", [[3], [5], [null]]],
    ["SELECT x FROM UNNEST([3,NULL,5]) x ORDER BY x DESC NULLS FIRST", [[null], [5], [3]]],
    ["SELECT COUNT(DISTINCT x), SUM(DISTINCT x) FROM UNNEST([1,1,2,NULL]) x", [[2, 3]]],
    ["SELECT LAG(x, 2, -1) OVER (ORDER BY x) FROM UNNEST([1,2,3]) x ORDER BY x", [[-1], [-1], [1]]],
    ["SELECT MAX(x) - MIN(x) FROM UNNEST([1,5]) x HAVING COUNT(*) > 1", [[4]]],
    ["SELECT COUNT(*) FROM UNNEST([1,5]) x HAVING COUNT(*) > 5", []],
    ["SELECT x, COUNT(*) FROM UNNEST([1,1,2]) x GROUP BY x HAVING COUNT(*) > 1", [[1, 2]]],
    [
      "SELECT MOD(x, 2) AS p, SUM(x) FROM UNNEST([1,2,3]) x GROUP BY p ORDER BY p",
      [
        [0, 2],
        [1, 4],
      ],
    ],
    ["SELECT ARRAY_AGG(x) FROM UNNEST([1,2]) x WHERE x > 5", [[[]]]],
    ["SELECT ARRAY_AGG(DISTINCT x IGNORE NULLS ORDER BY x DESC) FROM UNNEST([1,NULL,2,2]) x", [[[2, 1]]]],
    ["SELECT SUM(x) * SUM(x) FROM UNNEST([3000000000]) x", [["9000000000000000000"]]],
    ["SELECT APPROX_COUNT_DISTINCT(x) FROM UNNEST([1,1,2,NULL]) x", [[2]]],
    ["SELECT VAR_SAMP(DISTINCT x), VAR_SAMP(x) FROM UNNEST([1, 1, 2]) AS x", [[0.5, 0.33333333333333337]]],
    [
      "SELECT MOD(x, 2) AS p, COUNT(*) FROM UNNEST([1, 2, 3]) AS x GROUP BY ROLLUP(p) ORDER BY 1",
      [
        [null, 3],
        [0, 1],
        [1, 2],
      ],
    ],
    ["SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(x)) FROM UNNEST([1, 1, 2]) AS x", [[2]]],
  ])("%s", async (sql, rows) => {
    expect((await at.rows(sql)).map((row) => Object.values(row))).toEqual(rows);
  });

  it.each(["BIT_XOR(DISTINCT x)", "VAR_POP(DISTINCT x)", "HLL_COUNT.INIT(x)", "APPROX_TOP_SUM(x, x, 1)"])(
    "%s is refused",
    async (call) => {
      const outcome = await at.query(`SELECT ${call} AS v FROM UNNEST([1, 1, 2]) AS x`);
      expect(outcome).toMatchObject({ kind: "failure", code: "unsupported_sql" });
    },
  );
});
