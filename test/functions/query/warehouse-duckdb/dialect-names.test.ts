import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "names in GoogleSQL", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    at.write(
      "shop/orders.jsonl",
      '{"id":1,"day":"2024-01-05","tags":["a","b"],"lines":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}\n{"id":2,"day":"2024-01-20","tags":[],"lines":[{"sku":"x","qty":5}]}\n{"id":3,"day":"2024-02-01","tags":["b"],"lines":[]}\n',
    );
    at.write("shop/people.csv", "id,name\n1,Ada\n2,Bob\n");
    at.write("shop/visits_20240101.csv", "page,n\n/a,1\n/b,2\n");
    at.write("shop/visits_20240102.csv", "page,n,late\n/a,10,true\n");
    at.write("twins/orders.csv", "a\n1\n");
    at.write("twins/Orders.csv", "a\n2\n");
    at.write("twins/m_1.csv", "n\n1\n");
    at.write("twins/m_2.csv", "n\nx\n");
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  const values = async (sql: string) => (await at.rows(sql)).map((row) => Object.values(row));

  it.each([
    ["an array of the table before it", "SELECT o.id, l.sku FROM shop.orders o, o.lines l ORDER BY 1, 2"],
    [
      "of a table under its own name",
      "SELECT orders.id, l.sku FROM shop.orders, orders.lines l ORDER BY 1, 2",
    ],
    ["joined", "SELECT o.id, l.sku FROM shop.orders AS o JOIN o.lines AS l ORDER BY 1, 2"],
  ])("a path in FROM is %s", async (_, sql) => {
    expect(await values(sql)).toEqual([
      [1, "x"],
      [1, "y"],
      [2, "x"],
    ]);
  });

  it.each([
    // An alias hides the column of the same name: days would be three groups.
    [
      "SELECT DATE_TRUNC(day, MONTH) AS day, COUNT(*) FROM shop.orders GROUP BY day ORDER BY day",
      [
        ["2024-01-01", 2],
        ["2024-02-01", 1],
      ],
    ],
    ["SELECT 10 - id AS id FROM shop.orders ORDER BY id + 0 LIMIT 1", [[7]]],
    ["SELECT MOD(id, 2) AS id, SUM(id) AS n FROM shop.orders GROUP BY id HAVING id = 1", [[1, 4]]],
    ["SELECT ROW_NUMBER() OVER (ORDER BY id DESC) AS id FROM shop.people QUALIFY id = 1", [[1]]],
    ["SELECT id FROM shop.orders o WHERE EXISTS (SELECT 1 FROM o.lines l WHERE l.qty > 4)", [[2]]],
    ["WITH orders AS (SELECT 9 AS id) SELECT id FROM orders", [[9]]],
    ["WITH shop AS (SELECT [4] AS orders) SELECT x FROM shop, shop.orders AS x", [[4]]],
    ["SELECT (SELECT AS STRUCT 7 AS a, 8).a", [[7]]],
    [
      "SELECT ARRAY(SELECT AS STRUCT sku FROM UNNEST(lines) ORDER BY qty) FROM shop.orders WHERE id = 1",
      [[[{ sku: "y" }, { sku: "x" }]]],
    ],
    ["SELECT AS VALUE STRUCT(1 AS a, 2 AS b)", [[1, 2]]],
    [
      "SELECT DATE(day) AS date, COUNT(*) FROM shop.orders GROUP BY date HAVING date > DATE '2024-01-20'",
      [["2024-02-01", 1]],
    ],
    ["SELECT STRUCT(id, name) AS s FROM shop.people ORDER BY s.id DESC LIMIT 1", [[{ id: 2, name: "Bob" }]]],
    // The columns of USING come first.
    ["SELECT * FROM (SELECT 5 AS z, 1 AS id) JOIN shop.people USING (id)", [[1, 5, "Ada"]]],
    // A comma joins first, so that ON sees both tables before it.
    ["SELECT p.id FROM shop.people p, (SELECT 1 AS a) t JOIN (SELECT 2 AS b) u ON p.id = b", [[2]]],
    ["SELECT COUNT(*) FROM shop.orders TABLESAMPLE SYSTEM (1 PERCENT)", [[3]]],
    [
      "FROM shop.orders |> WHERE id > 1 |> AGGREGATE COUNT(*) AS n, SUM(id) GROUP BY MOD(id, 2) AS odd |> ORDER BY odd DESC",
      [
        [1, 1, 3],
        [0, 1, 2],
      ],
    ],
    [
      "FROM shop.people |> SET id = id + 1 |> RENAME name AS who |> EXTEND id * 2 AS twice |> ORDER BY id LIMIT 1",
      [[2, "Ada", 4]],
    ],
  ])("%s", async (sql, rows) => {
    expect(await values(sql)).toEqual(rows);
  });

  it.each([
    [
      "SELECT _TABLE_SUFFIX AS s, SUM(n) FROM `shop.visits_*` GROUP BY s ORDER BY s",
      [
        ["20240101", 3],
        ["20240102", 10],
      ],
    ],
    ["SELECT SUM(n) FROM `demo.shop.visits_*` WHERE _TABLE_SUFFIX BETWEEN '20240102' AND '20240131'", [[10]]],
    // The columns are those of the newest table; `*` does not show the suffix.
    ["SELECT * FROM `shop.visits_2024*` WHERE _TABLE_SUFFIX = '0101' ORDER BY n LIMIT 1", [["/a", 1, null]]],
    [
      "SELECT a.n FROM `shop.visits_*` a JOIN shop.people p ON a._TABLE_SUFFIX = '20240102' AND p.id = 1",
      [[10]],
    ],
    ["SELECT v.*, _TABLE_SUFFIX FROM `shop.visits_*` v WHERE late", [["/a", 10, true, "20240102"]]],
  ])("a wildcard table: %s", async (sql, rows) => {
    expect(await values(sql)).toEqual(rows);
  });

  it.each([
    ["SELECT schema_name FROM INFORMATION_SCHEMA.SCHEMATA ORDER BY 1", [["shop"], ["twins"]]],
    ["SELECT table_name FROM shop.INFORMATION_SCHEMA.TABLES WHERE TABLES.table_name LIKE 'p%'", [["people"]]],
    ["SELECT COUNT(*) FROM `region-eu`.INFORMATION_SCHEMA.TABLES WHERE table_schema = 'shop'", [[4]]],
    [
      "SELECT column_name, data_type, is_nullable FROM `demo.shop.INFORMATION_SCHEMA.COLUMNS` WHERE table_name = 'orders' ORDER BY ordinal_position",
      [
        ["id", "INT64", "YES"],
        ["day", "DATE", "YES"],
        ["tags", "ARRAY<STRING>", "NO"],
        ["lines", "ARRAY<STRUCT<sku STRING, qty INT64>>", "NO"],
      ],
    ],
    ["SELECT table_id, row_count FROM shop.__TABLES__ WHERE table_id = 'orders'", [["orders", 3]]],
  ])("the catalog: %s", async (sql, rows) => {
    expect(await values(sql)).toEqual(rows);
  });

  it.each([
    ["SELECT * FROM `shop.nothing_*`", "table_not_found", "does not match any table"],
    ["SELECT * FROM `shop.v*_2`", "invalid_query", "one * at its end"],
    [
      "SELECT v FROM `shop.visits_*` AS v WHERE _TABLE_SUFFIX > '2'",
      "unsupported_sql",
      "wildcard table as a value",
    ],
    ["SELECT n FROM `twins.m_*`", "unsupported_sql", "column n has different types"],
    ["SELECT * FROM twins.orders", "unsupported_sql", "differs in case only"],
    ["SELECT * FROM shopp.INFORMATION_SCHEMA.TABLES", "table_not_found", "Datasets of demo: shop, twins"],
    ["SELECT * FROM people", "table_not_found", "must be qualified with a dataset"],
    ["SELECT 1 FROM shop.people, shop.orders RIGHT JOIN shop.people p ON TRUE", "invalid_query", "comma"],
    ["SELECT AS VALUE id FROM shop.people", "unsupported_sql", "SELECT AS VALUE"],
  ])("%s fails with %s", async (sql, code, part) => {
    expect(await at.query(sql)).toMatchObject({
      kind: "failure",
      code,
      message: expect.stringContaining(part),
    });
  });
});
