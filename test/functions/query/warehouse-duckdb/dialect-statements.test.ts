import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { QueryParameter } from "#functions/query/warehouse/warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "statements of GoogleSQL", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    at.write("shop/posts.jsonl", '{"id":1,"tags":["a","b"]}\n{"id":2,"tags":["b"]}\n{"id":3,"tags":[]}\n');
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  const values = async (sql: string) => (await at.rows(sql)).map((row) => Object.values(row));

  it.each([
    // A translator that takes the UNION for a part of FROM counts one row.
    ["SELECT COUNT(*) FROM (SELECT 1 AS x UNION ALL SELECT 1) UNION ALL SELECT 9", [[2], [9]]],
    ["SELECT DISTINCT a FROM (SELECT 1 AS a) UNION ALL SELECT DISTINCT b FROM (SELECT 1 AS b)", [[1], [1]]],
    ["SELECT x FROM UNNEST([1, 2, 3]) AS x EXCEPT DISTINCT SELECT 1 EXCEPT DISTINCT SELECT 3", [[2]]],
    ["(SELECT 1 AS x UNION ALL SELECT 2) INTERSECT DISTINCT SELECT 2", [[2]]],
    [
      "SELECT 2 AS b, 1 AS a UNION ALL BY NAME SELECT 3 AS a, 4 AS b",
      [
        [2, 1],
        [4, 3],
      ],
    ],
    // Fields meet by their place, and have the names of the first query's.
    [
      "SELECT STRUCT(1 AS a, 'x' AS b) UNION ALL SELECT STRUCT(2, 'y')",
      [[{ a: 1, b: "x" }], [{ a: 2, b: "y" }]],
    ],
    ["SELECT STRUCT(1 AS a) UNION ALL SELECT STRUCT(2 AS z)", [[{ a: 1 }], [{ a: 2 }]]],
    [
      "SELECT (1, 2) UNION ALL SELECT (3, 4)",
      [[{ _field_1: 1, _field_2: 2 }], [{ _field_1: 3, _field_2: 4 }]],
    ],
    [
      "WITH t AS (SELECT 'c' AS x UNION ALL SELECT 'a' UNION ALL SELECT 'b') SELECT ARRAY_AGG(x) FROM t",
      [[["c", "a", "b"]]],
    ],
    [
      "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT SUM(n) FROM t",
      [[10]],
    ],
    [
      "WITH a AS (SELECT 1 AS x), b AS (WITH a AS (SELECT 2 AS x) SELECT x FROM a) SELECT a.x, b.x AS y FROM a, b",
      [[1, 2]],
    ],
    [
      "SELECT ARRAY(SELECT AS STRUCT 1 AS a UNION ALL SELECT AS STRUCT 2 AS z ORDER BY a DESC)",
      [[[{ a: 2 }, { a: 1 }]]],
    ],
    [
      "SELECT tags FROM shop.posts p CROSS JOIN p.tags JOIN (SELECT 'a' AS k) t ON tags = t.k AND ARRAY_LENGTH(p.tags) = 2",
      [["a"]],
    ],
    [
      "SELECT 'x' || tags AS tags, COUNT(*) FROM shop.posts, UNNEST(tags) AS tags GROUP BY tags HAVING tags > 'xa'",
      [["xb", 2]],
    ],
    [
      "SELECT MIN(id) AS id, tags = 'a' AS tags FROM shop.posts, UNNEST(tags) AS tags GROUP BY tags ORDER BY tags",
      [
        [1, false],
        [1, true],
      ],
    ],
    // An alias of an array's elements is preferred to the array's column of the same name.
    [
      "SELECT id, tags FROM shop.posts, UNNEST(tags) AS tags ORDER BY id, tags",
      [
        [1, "a"],
        [1, "b"],
        [2, "b"],
      ],
    ],
    ["SELECT id, tags FROM shop.posts LEFT JOIN UNNEST(tags) AS tags ORDER BY id DESC LIMIT 1", [[3, null]]],
    [
      "SELECT tags, COUNT(*) FROM shop.posts p CROSS JOIN p.tags GROUP BY tags ORDER BY 2 DESC",
      [
        ["b", 2],
        ["a", 1],
      ],
    ],
    ["SELECT s.a FROM UNNEST([STRUCT(STRUCT(2 AS a) AS s), STRUCT(STRUCT(1 AS a))]) ORDER BY a", [[1], [2]]],
    [
      "SELECT x, offset FROM UNNEST(['a', 'b']) AS x WITH OFFSET ORDER BY offset DESC LIMIT 1 OFFSET 1",
      [["a", 0]],
    ],
    ["SELECT ARRAY(SELECT 3 UNION ALL SELECT 1 UNION ALL SELECT 2)", [[[3, 1, 2]]]],
    ["SELECT both, leading AS l FROM (SELECT 1 AS both, 2 AS leading)", [[1, 2]]],
    ["SELECT TO_HEX(b'\\xff\\x00\\303z'), TO_HEX(rb'\\x'), TO_HEX(b'é')", [["ff00c37a", "5c78", "c3a9"]]],
    [`SELECT """a\nb""", r'\\d', '\\u00e9\\x41\\101'`, [["a\nb", "\\d", "éAA"]]],
    ["FROM (SELECT 2 AS x) |> UNION ALL (SELECT 1) |> ORDER BY x", [[1], [2]]],
    [
      "FROM shop.posts |> WHERE id < 3 |> LEFT JOIN UNNEST(tags) AS tag |> AGGREGATE COUNT(*) AS n DESC GROUP BY tag",
      [
        ["b", 2],
        ["a", 1],
      ],
    ],
  ])("%s", async (sql, rows) => {
    expect(await values(sql)).toEqual(rows);
  });

  it.each([
    ["SELECT STRUCT(1 AS a).a, (SELECT AS STRUCT 2 AS b).b, 3", ["a", "b", "f0_"]],
    ["SELECT COUNT(*), 1 AS x, UPPER('a')", ["f0_", "x", "f1_"]],
    ["FROM shop.posts |> AGGREGATE COUNT(*) |> WHERE TRUE", ["f0_"]],
  ])("names the columns of %s", async (sql, names) => {
    expect(Object.keys((await at.rows(sql))[0] ?? {})).toEqual(names);
  });

  it.each([
    ["SELECT 1 UNION SELECT 2", "invalid_query", "ALL or DISTINCT after UNION"],
    // GoogleSQL reads 1 | (2 & 2); DuckDB from left to right.
    ["SELECT 1 | 2 & 2", "unsupported_sql", "brackets"],
    ["SELECT x & 6 << 1 FROM UNNEST([4]) AS x", "unsupported_sql", "brackets"],
    // The statement's own words.
    ["SELECT ERROR('boom, it\\'s \"late\"\\nso be it')", "query_failed", 'boom, it\'s "late"\nso be it'],
    ["SELECT IF(x > 1, ERROR(CONCAT('no ', 'x')), x) FROM UNNEST([2]) AS x", "query_failed", "no x"],
    ["SELECT 1 UNION ALL SELECT 2 EXCEPT DISTINCT SELECT 2", "invalid_query", "brackets"],
    ["SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b", "unsupported_sql", "BY NAME"],
    ["DECLARE x INT64 DEFAULT 5; SELECT x", "unsupported_sql", "DECLARE (scripting)"],
    ["CREATE TEMP FUNCTION f(x INT64) AS (x); SELECT f(1)", "unsupported_sql", "temporary object"],
    ["SELECT b'\\u00e9'", "invalid_query", "Illegal escape sequence"],
    ["SELECT '\\ud800'", "invalid_query", "Illegal escape sequence"],
    ["SELECT t.s.* FROM (SELECT STRUCT(1 AS a) AS s) t", "unsupported_sql", "star after a field"],
    [`FROM shop.posts ${"|> DROP tags ".repeat(61)}`, "unsupported_sql", "more than 60 pipe operators"],
    [
      `SELECT ${"id + ".repeat(999)}id AS a FROM shop.posts ORDER BY ${"a + ".repeat(999)}a`,
      "invalid_query",
      "too long once its aliases are spelled out",
    ],
    ["SELECT WITH(a AS 1, a)", "unsupported_sql", "WITH expression"],
    ["SELECT ANY_VALUE(s).* FROM (SELECT STRUCT(1 AS a) AS s)", "unsupported_sql", "star after a value"],
    // After SET the table's own columns are gone, and with them its name.
    ["FROM (SELECT 2 AS x) AS t |> SET x = 3 |> SELECT t.x", "invalid_query", "t"],
  ])("%s fails with %s", async (sql, code, part) => {
    expect(await at.query(sql)).toMatchObject({
      kind: "failure",
      code,
      message: expect.stringContaining(part),
    });
  });

  const named = (
    name: string,
    type: QueryParameter["type"],
    value: QueryParameter["value"],
  ): QueryParameter => ({ name, type, value });
  const INT64 = { type: "INT64" } as const;
  const STRING = { type: "STRING" } as const;

  it.each<[string, QueryParameter[], unknown[]]>([
    ["SELECT @A + @b AS v", [named("a", INT64, "2"), named("B", INT64, "3")], [5]],
    ["SELECT @x AS v", [named("x", STRING, "'; DROP TABLE t; --")], ["'; DROP TABLE t; --"]],
    ["SELECT @n AS v", [named("n", INT64, "9007199254740993")], ["9007199254740993"]],
    ["SELECT @d AS v", [named("d", { type: "DATE" }, null)], [null]],
    [
      "SELECT DATE_ADD(@d, INTERVAL @n DAY) AS v",
      [named("d", { type: "DATE" }, "2024-02-28"), named("n", INT64, "2")],
      ["2024-03-01"],
    ],
    [
      "SELECT @t AS v",
      [named("t", { type: "TIMESTAMP" }, "2024-01-05 10:00:00+02:00")],
      ["2024-01-05T08:00:00Z"],
    ],
    ["SELECT @b AS v", [named("b", { type: "BYTES" }, "AP8=")], ["AP8="]],
    ["SELECT @m AS v", [named("m", { type: "NUMERIC" }, "1.10")], ["1.1"]],
    [
      "SELECT id AS v FROM shop.posts WHERE id IN UNNEST(@ids) ORDER BY id",
      [named("ids", { type: "ARRAY", arrayType: INT64 }, ["3", "1"])],
      [1, 3],
    ],
    ["SELECT COUNT(*) AS v FROM UNNEST(@ids)", [named("ids", { type: "ARRAY", arrayType: INT64 }, [])], [0]],
    ["SELECT id AS v FROM shop.posts ORDER BY id LIMIT @n OFFSET @n", [named("n", INT64, "1")], [2]],
    [
      "SELECT k AS v FROM UNNEST(@rows) WHERE w > 1",
      [
        named(
          "rows",
          {
            type: "ARRAY",
            arrayType: {
              type: "STRUCT",
              structTypes: [
                { name: "k", type: STRING },
                { name: "w", type: { type: "FLOAT64" } },
              ],
            },
          },
          [
            { k: "a", w: "0.5" },
            { k: "b", w: "1.5" },
          ],
        ),
      ],
      ["b"],
    ],
    [
      "SELECT @s.a AS v",
      [named("s", { type: "STRUCT", structTypes: [{ name: "a", type: INT64 }] }, { a: "7" })],
      [7],
    ],
    [
      "SELECT ? || ? AS v",
      [
        { name: null, type: STRING, value: "a" },
        { name: null, type: STRING, value: "b" },
      ],
      ["ab"],
    ],
    ["SELECT 1 AS v", [named("unused", INT64, "1")], [1]],
  ])("parameters: %s", async (sql, parameters, expected) => {
    const outcome = await at.query(sql, { parameters });
    expect(outcome.kind === "rows" ? outcome.rows.map((row) => row["v"]) : outcome).toEqual(expected);
  });

  it.each<[string, QueryParameter[], string]>([
    [
      "SELECT @b",
      [named("a", INT64, "1")],
      'The parameter @b at line 1, column 8 has no value: add "b" to "params". It has @a.',
    ],
    ["SELECT ?, ?", [{ name: null, type: INT64, value: "1" }], "The statement has 2 parameters ?"],
    ["SELECT ?", [named("a", INT64, "1")], "The statement has 1 parameter ?"],
    ["SELECT 1", [{ name: null, type: INT64, value: "1" }], "gives 1 value by position"],
    ["SELECT @d", [named("d", { type: "DATE" }, "2024-13-01")], "Parameter @d is not a value of type DATE."],
  ])("%s says what is wrong with its parameters", async (sql, parameters, message) => {
    expect(await at.query(sql, { parameters })).toMatchObject({
      code: "invalid_query",
      message: expect.stringContaining(message),
    });
  });

  it("looks for tables without a dataset in the request's", async () => {
    for (const defaultDataset of ["shop", "demo.shop"])
      expect(await at.query("SELECT COUNT(*) AS n FROM posts", { defaultDataset })).toMatchObject({
        rows: [{ n: 3 }],
      });
    expect(
      await at.query("SELECT table_name FROM INFORMATION_SCHEMA.TABLES", { defaultDataset: "shop" }),
    ).toMatchObject({
      rows: [{ table_name: "posts" }],
    });
    expect(await at.query("SELECT * FROM postss", { defaultDataset: "shop" })).toMatchObject({
      code: "table_not_found",
      message: "Table demo.shop.postss was not found. Tables of demo.shop: posts.",
    });
  });
});
