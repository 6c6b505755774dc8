import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "PIVOT and UNPIVOT of GoogleSQL", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
    at.write("shop/sales.csv", "region,quarter,amount\nN,Q1,10\nN,Q2,20\nN,Q2,5\nS,Q1,7\nS,Q2,\nS,Q3,1\n");
    at.write("shop/wide.csv", "id,Q1,Q2\n1,10,20\n2,30,\n");
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    [
      "SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(SUM(amount) FOR quarter IN ('Q1','Q2')) ORDER BY region",
      [
        ["N", 10, 25],
        ["S", 7, null],
      ],
    ],
    [
      "SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(SUM(amount) AS total, COUNT(*) AS n FOR quarter IN ('Q1' AS q1,'Q2' AS q2)) ORDER BY region",
      [
        ["N", 10, 1, 25, 2],
        ["S", 7, 1, null, 1],
      ],
    ],
    [
      "SELECT region, total_q1, n_q2 FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(SUM(amount) AS total, COUNT(*) AS n FOR quarter IN ('Q1' q1,'Q2' q2)) ORDER BY region",
      [
        ["N", 10, 2],
        ["S", 7, 1],
      ],
    ],
    [
      "SELECT region, Q1, Q3 FROM shop.sales PIVOT(SUM(amount) FOR quarter IN ('Q1','Q2','Q3')) ORDER BY region",
      [
        ["N", 10, null],
        ["S", 7, 1],
      ],
    ],
    [
      "SELECT p.region, p.Q1 FROM shop.sales PIVOT(AVG(amount) FOR quarter IN ('Q1','Q2')) AS p ORDER BY 1",
      [
        ["N", 10],
        ["S", 7],
      ],
    ],
    [
      "SELECT * FROM (SELECT quarter, amount FROM shop.sales) PIVOT(SUM(amount) FOR quarter IN ('Q1','Q2'))",
      [[17, 25]],
    ],
    [
      "SELECT _1, _2 FROM (SELECT MOD(x, 3) AS k, x FROM UNNEST([1,2,3,4]) x) PIVOT(SUM(x) FOR k IN (1, 2))",
      [[5, 2]],
    ],
    [
      "SELECT minus_1, _1_point_5, `TRUE` FROM (SELECT 1 AS k) PIVOT(COUNT(*) FOR k IN (-1, 1.5 , 1 AS `TRUE`))",
      [[0, 0, 1]],
    ],
    [
      "SELECT * FROM (SELECT 'a' AS k, 1 AS v UNION ALL SELECT NULL, 2) PIVOT(SUM(v) FOR k IN ('a', NULL))",
      [[1, 2]],
    ],
    [
      "SELECT * FROM (SELECT DATE '2024-01-05' AS k, 1 AS v) PIVOT(SUM(v) FOR k IN (DATE '2024-01-05'))",
      [[1]],
    ],
    [
      "SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(ANY_VALUE(amount) FOR quarter IN ('Q3')) ORDER BY region",
      [
        ["N", null],
        ["S", 1],
      ],
    ],
    [
      "SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(SUM(IF(amount > 6, amount, 0)) FOR quarter IN ('Q1', 'Q2')) ORDER BY region",
      [
        ["N", 10, 20],
        ["S", 7, 0],
      ],
    ],
    [
      "SELECT * FROM (SELECT region, quarter, amount FROM shop.sales) PIVOT(COUNT(DISTINCT amount) FOR quarter IN ('Q1', 'Q2')) ORDER BY region",
      [
        ["N", 1, 2],
        ["S", 1, 0],
      ],
    ],
    [
      "WITH t AS (SELECT region, quarter, amount FROM shop.sales) SELECT region, Q1 + IFNULL(Q2, 0) AS h FROM t PIVOT(SUM(amount) FOR quarter IN ('Q1','Q2')) ORDER BY 1",
      [
        ["N", 35],
        ["S", 7],
      ],
    ],
    [
      "SELECT id, quarter, v FROM shop.wide UNPIVOT(v FOR quarter IN (Q1, Q2)) ORDER BY id, quarter",
      [
        [1, "Q1", 10],
        [1, "Q2", 20],
        [2, "Q1", 30],
      ],
    ],
    [
      "SELECT * FROM shop.wide UNPIVOT(v FOR quarter IN (Q1, Q2)) ORDER BY id, quarter",
      [
        [1, 10, "Q1"],
        [1, 20, "Q2"],
        [2, 30, "Q1"],
      ],
    ],
    [
      "SELECT * FROM shop.wide UNPIVOT INCLUDE NULLS (v FOR quarter IN (Q1, Q2)) ORDER BY id, quarter",
      [
        [1, 10, "Q1"],
        [1, 20, "Q2"],
        [2, 30, "Q1"],
        [2, null, "Q2"],
      ],
    ],
    [
      "SELECT * FROM shop.wide UNPIVOT EXCLUDE NULLS (v FOR quarter IN (Q1, Q2)) ORDER BY id, quarter",
      [
        [1, 10, "Q1"],
        [1, 20, "Q2"],
        [2, 30, "Q1"],
      ],
    ],
    [
      "SELECT * FROM shop.wide UNPIVOT(v FOR quarter IN (Q1 AS 'first', Q2 AS 'second')) ORDER BY id, quarter",
      [
        [1, 10, "first"],
        [1, 20, "second"],
        [2, 30, "first"],
      ],
    ],
    [
      "SELECT * FROM shop.wide UNPIVOT(v FOR quarter IN (Q1 AS 1, Q2 AS 2)) AS u ORDER BY id, quarter",
      [
        [1, 10, 1],
        [1, 20, 2],
        [2, 30, 1],
      ],
    ],
    [
      "SELECT id, SUM(v) FROM shop.wide UNPIVOT(v FOR quarter IN (Q1, Q2)) GROUP BY id ORDER BY id",
      [
        [1, 30],
        [2, 30],
      ],
    ],
    [
      "SELECT * FROM (SELECT 1 AS id, 10 AS a1, 20 AS b1, 30 AS a2, 40 AS b2) UNPIVOT((a, b) FOR half IN ((a1, b1) AS 'h1', (a2, b2) AS 'h2')) ORDER BY half",
      [
        [1, 10, 20, "h1"],
        [1, 30, 40, "h2"],
      ],
    ],
    [
      "SELECT * FROM (SELECT 1 AS id, 10 AS a1, 20 AS b1, 30 AS a2, 40 AS b2) UNPIVOT((a, b) FOR half IN ((a1, b1), (a2, b2))) ORDER BY half",
      [
        [1, 10, 20, "a1_b1"],
        [1, 30, 40, "a2_b2"],
      ],
    ],
  ])("%s", async (sql, rows) => {
    expect((await at.rows(sql)).map((row) => Object.values(row))).toEqual(rows);
  });
});
