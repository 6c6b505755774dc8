import { describe, expect, it } from "@jest/globals";
import { namesOfStatement } from "#functions/query/warehouse/warehouse-bigquery/gates/names-of-statement.ts";

const joined = (paths: readonly (readonly string[])[]): readonly string[] =>
  paths.map((path) => path.join("."));

describe("the tables that a text names", () => {
  const cases: readonly (readonly [sql: string, tables: readonly string[]])[] = [
    ["SELECT * FROM shop.orders", ["shop.orders"]],
    ["SELECT * FROM `acme.shop.orders`", ["acme.shop.orders"]],
    ["SELECT * FROM `acme`.`shop`.`orders` AS o", ["acme.shop.orders"]],
    ["SELECT * FROM acme . shop /* here */ . -- and there\n orders", ["acme.shop.orders"]],
    ["SELECT * FROM my-proj-12ab.shop.orders", ["my-proj-12ab.shop.orders"]],
    ["SELECT * FROM `example.com:acme.shop.orders`", ["example.com:acme.shop.orders"]],
    ["SELECT * FROM shop.2024_orders", ["shop.2024_orders"]],
    ["SELECT * FROM `sh\\x6fp.orders`", ["shop.orders"]],
    ["SELECT * FROM `shop.orders_*` WHERE _TABLE_SUFFIX = '1'", ["shop.orders_*"]],
    ["SELECT * FROM a.b, c.d JOIN e.f ON b.x = f.x AND b.y = f.y, g.h", ["a.b", "c.d", "e.f", "g.h"]],
    ["SELECT * FROM (a.b JOIN c.d USING (x)) LEFT JOIN e.f USING (x)", ["a.b", "c.d", "e.f"]],
    ["SELECT (SELECT MAX(x.y) FROM a.b x) FROM c.d WHERE EXISTS (SELECT 1 FROM e.f)", ["a.b", "c.d", "e.f"]],
    ["SELECT ARRAY(SELECT x FROM a.b), [(SELECT 1 FROM c.d)]", ["a.b", "c.d"]],
    ["SELECT 1 /* /* */ FROM a.b -- */", ["a.b"]],
    ["SELECT 1 # FROM a.b\n FROM c.d", ["c.d"]],
    ["SELECT '''FROM a.b''', \"FROM c.d\", r'\\', 1 FROM c.d', 1 FROM e.f", ["e.f"]],
    [
      "SELECT EXTRACT(DAY FROM o.day), EXTRACT(YEAR FROM (SELECT MAX(d) FROM a.b)) FROM c.d o",
      ["a.b", "c.d"],
    ],
    ["SELECT a.b IS DISTINCT FROM c.d, a.b IS NOT DISTINCT FROM e.f FROM g.h", ["g.h"]],
    ["SELECT address.city, o.items[0].name FROM shop.orders o WHERE o.day > x.y", ["shop.orders"]],
    ["FROM a.b |> WHERE x.y > 1 |> JOIN c.d USING (id) |> SELECT x.z", ["a.b", "c.d"]],
    ["SELECT * FROM ML.PREDICT(MODEL a.m, TABLE b.t)", ["a.m", "b.t"]],
    ["SELECT * FROM GRAPH_TABLE(a.g MATCH (n) RETURN n.x)", ["a.g"]],
    ["INSERT INTO a.b (x) SELECT x FROM c.d", ["a.b", "c.d"]],
    ["INSERT a.b (x) VALUES (1)", ["a.b"]],
    ["INSERT a.b VALUES (1)", ["a.b"]],
    ["UPDATE a.b SET x = 1 FROM c.d WHERE TRUE", ["a.b", "c.d"]],
    ["DELETE a.b WHERE TRUE", ["a.b"]],
    ["DELETE FROM a.b WHERE x IN (SELECT y FROM c.d)", ["a.b", "c.d"]],
    ["CREATE OR REPLACE TABLE IF NOT EXISTS a.b AS SELECT * FROM c.d", ["a.b", "c.d"]],
    ["DROP VIEW IF EXISTS a.b", ["a.b"]],
    ["SELECT model FROM a.b, c.d", ["a.b", "c.d"]],
    ["SELECT x, model m, view, x.y, schema s FROM a.b, c.d", ["a.b", "c.d"]],
    ["SELECT delete, o.x, insert, o.y, update, o.z FROM a.b o", ["a.b"]],
    ["SELECT table, o.x FROM a.b o", ["a.b"]],
    ["SELECT 1 FROM a.b o WHERE (model = o.x) AND y IN (table, o.z)", ["a.b"]],
    ["CREATE TABLE a.b (x INT64 REFERENCES c.d (y))", ["a.b", "c.d"]],
    ["MERGE a.b t USING c.d u ON t.x = u.x WHEN MATCHED THEN UPDATE SET y = u.y", ["a.b", "c.d"]],
    ["CREATE TABLE a.b LIKE c.d", ["a.b", "c.d"]],
    ["CREATE TABLE a.b COPY c.d", ["a.b", "c.d"]],
    ["CREATE SNAPSHOT TABLE a.b CLONE c.d", ["a.b", "c.d"]],
    ["CREATE SEARCH INDEX i ON a.b(ALL COLUMNS)", ["a.b"]],
    ["CREATE ROW ACCESS POLICY p ON a.b GRANT TO ('x') FILTER USING (TRUE)", ["a.b"]],
    [
      "CREATE TABLE a.b AS SELECT o.x FROM c.d o JOIN e.f p ON o.x = p.x WHERE o.y LIKE p.y",
      ["a.b", "c.d", "e.f"],
    ],
    ["GRANT `roles/x` ON TABLE a.b TO 'user:x@example.com'", ["a.b"]],
    ["DROP SCHEMA a", ["a"]],
    ["TRUNCATE TABLE a.b", ["a.b"]],
  ];
  it.each(cases)("%s", (sql, tables) => {
    const names = namesOfStatement(sql);
    expect([...joined(names.tables), ...joined(names.unsure)].toSorted()).toEqual([...tables].toSorted());
  });

  it.each([
    ["SELECT * FROM shop.orders o, o.items", "o.items"],
    ["SELECT * FROM shop.orders CROSS JOIN orders.items", "orders.items"],
    ["SELECT * FROM (SELECT 1) AS s, s.items", "s.items"],
    ["SELECT * FROM UNNEST([STRUCT([1] AS a)]) u, u.a", "u.a"],
  ])("%s: an array, unless it is a table", (sql, unsure) => {
    expect(joined(namesOfStatement(sql).unsure)).toEqual([unsure]);
    expect(joined(namesOfStatement(sql).tables)).not.toContain(unsure);
  });
});

describe("the functions that a text calls", () => {
  it.each([
    ["SELECT f(x), a.f(x), `p.a`.g (y), SAFE.SUBSTR(x, 1)", ["f", "a.f", "p.a.g", "SAFE.SUBSTR"]],
    ["SELECT * FROM a.tvf(1, TABLE b.t)", ["a.tvf"]],
    ["CALL a.p(1)", ["a.p"]],
    ["SELECT 'a.f(1)', -- b.f(1)\n `AI`.`GENERATE`(x)", ["AI.GENERATE"]],
  ])("%s", (sql, calls) => {
    expect(joined(namesOfStatement(sql).calls)).toEqual(calls);
  });
});

describe("a text that is no SQL", () => {
  const pieces = [
    "'",
    '"',
    "`",
    "/*",
    "*/",
    "--",
    "\n",
    "(",
    ")",
    "FROM",
    "a.b",
    ".",
    "-",
    ",",
    "\\",
    "'''",
    "1",
    "r'",
    "|>",
    "é",
    "\u{1f600}",
    "JOIN",
  ];

  it("gives names or none, and never throws", () => {
    let seed = 7;
    const next = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: next(25) }, () => pieces[next(pieces.length)] ?? "").join(
        next(2) === 0 ? "" : " ",
      );
      expect(Array.isArray(namesOfStatement(text).tables)).toBe(true);
    }
  });

  it.each(["'", "`", "/*", "(", "a.", "FROM a.b,", "--x\n", "a-"])(
    "takes its time in proportion: %s",
    (piece) => {
      const text = piece.repeat(100_000 / piece.length);
      const startedAt = performance.now();
      namesOfStatement(text);
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    },
  );
});
