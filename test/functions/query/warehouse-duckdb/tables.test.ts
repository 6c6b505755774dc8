import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const MINUTE_MS = 60_000;

describeWith("sandbox", "files of the warehouse folder as tables", () => {
  let at: TestWarehouse;
  beforeAll(() => {
    at = openTestWarehouse();
    at.write("shop/orders.csv", "id,amount,day\n1,10.5,2024-01-31\n2,4,2024-02-01\n");
  });
  afterAll(() => at.close());

  it(
    "says which tables there are when one is missing",
    async () => {
      expect(await at.query("SELECT * FROM shop.order")).toMatchObject({
        kind: "failure",
        code: "table_not_found",
        message: "Table demo.shop.order was not found. Tables of demo.shop: orders.",
      });
      expect(await at.query("SELECT * FROM shopp.orders")).toMatchObject({
        code: "table_not_found",
        message: "Table demo.shopp.orders was not found. Datasets of demo: shop.",
      });
      expect(await at.query("SELECT * FROM orders")).toMatchObject({
        code: "table_not_found",
        message: expect.stringContaining("must be qualified with a dataset"),
      });
    },
    MINUTE_MS,
  );

  it.each([
    "`demo.shop.orders`",
    "`demo.shop`.orders",
    "`demo`.`shop`.`orders`",
    "demo.shop.orders",
    "shop.orders",
    "`shop.orders` AS o",
  ])("finds a table named %s", async (name) => {
    expect(await at.rows(`SELECT COUNT(*) AS n FROM ${name}`)).toEqual([{ n: 2 }]);
  });

  it("reads a file that was dropped in, replaced and removed under a running engine", async () => {
    at.write("shop/late.csv", "a\n1\n");
    expect(await at.rows("SELECT a FROM shop.late")).toEqual([{ a: 1 }]);
    at.write("shop/late.csv", "a,b\n7,x\n8,y\n");
    expect(await at.rows("SELECT a, b FROM shop.late ORDER BY a")).toEqual([
      { a: 7, b: "x" },
      { a: 8, b: "y" },
    ]);
    at.remove("shop/late.csv");
    expect(await at.query("SELECT a FROM shop.late")).toMatchObject({ code: "table_not_found" });
  });

  it("takes the types from a schema file", async () => {
    at.write("shop/money.csv", "id,price,at\n007,1.10,2024-01-05 10:00:00\n");
    at.write(
      "shop/money.schema.json",
      JSON.stringify([
        { name: "id", type: "STRING" },
        { name: "price", type: "NUMERIC" },
        { name: "at", type: "TIMESTAMP", mode: "NULLABLE" },
      ]),
    );
    expect(await at.rows("SELECT * FROM shop.money")).toEqual([
      { id: "007", price: "1.1", at: "2024-01-05T10:00:00Z" },
    ]);
  });

  it("reads JSON lines with nested values", async () => {
    at.write(
      "shop/events.jsonl",
      '{"id":1,"tags":["a","b"],"who":{"name":"Ada"}}\n{"id":2,"tags":[],"who":null}\n',
    );
    expect(await at.rows("SELECT id, tags, who FROM shop.events ORDER BY id")).toEqual([
      { id: 1, tags: ["a", "b"], who: { name: "Ada" } },
      { id: 2, tags: [], who: null },
    ]);
  });

  it.each([
    ["broken.csv", 'a,b\n1,2\n3,4,5,6\n"unclosed'],
    ["broken.jsonl", '{"a":1}\n{"a":'],
    ["broken.parquet", "PAR1 half written"],
  ])("names a table whose file %s cannot be read, and no path", async (file, content) => {
    at.write(`bad/${file}`, content);
    const outcome = await at.query("SELECT * FROM bad.broken");
    expect(outcome).toMatchObject({
      kind: "failure",
      code: "query_failed",
      message: expect.stringMatching(/^Table demo\.bad\.broken could not be read: /),
    });
    expect(JSON.stringify(outcome)).not.toMatch(/\/warehouse|\/tmp|duckdb/i);
    expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    at.remove(`bad/${file}`);
  });
});
