import { expect, it, jest } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { serveFolder } from "./serve-folder.fixture.ts";

jest.setTimeout(90_000);

describeWith("sandbox", "parameters in the embedded warehouse", () => {
  const at = serveFolder();
  const { query } = at;
  const of = (type: string, value: unknown) => ({ type, value });

  it.each<[unknown, string, unknown]>([
    [true, "BOOL", true],
    [42, "INT64", 42],
    [1.5, "FLOAT64", 1.5],
    ['it\'s "q" \\ ; DROP TABLE x -- é', "STRING", 'it\'s "q" \\ ; DROP TABLE x -- é'],
    ["", "STRING", ""],
    [null, "STRING", null],
    [of("INT64", "9007199254740993"), "INT64", "9007199254740993"],
    [of("FLOAT64", "NaN"), "FLOAT64", "NaN"],
    [of("FLOAT64", "-inf"), "FLOAT64", "-Infinity"],
    [of("NUMERIC", "12345678901234567890.123"), "NUMERIC", "12345678901234567890.123"],
    [of("BYTES", "AP8="), "BYTES", "AP8="],
    [of("DATE", "2024-02-29"), "DATE", "2024-02-29"],
    [of("TIME", "09:30:00.5"), "TIME", "09:30:00.500"],
    [of("DATETIME", "2026-01-31 09:30:00"), "DATETIME", "2026-01-31T09:30:00"],
    [of("TIMESTAMP", "2026-01-31 09:30:00+02:00"), "TIMESTAMP", "2026-01-31T07:30:00Z"],
    [of("TIMESTAMP", "2026-01-31T09:30:00Z"), "TIMESTAMP", "2026-01-31T09:30:00Z"],
    [of("TIMESTAMP", "2026-01-31 09:30:00 UTC"), "TIMESTAMP", "2026-01-31T09:30:00Z"],
    [of("TIMESTAMP", "2026-01-31 09:30:00.123456"), "TIMESTAMP", "2026-01-31T09:30:00.123456Z"],
    [of("TIMESTAMP", "2026-01-31T09:30:00-08"), "TIMESTAMP", "2026-01-31T17:30:00Z"],
    [of("TIMESTAMP", "0001-01-01"), "TIMESTAMP", "0001-01-01T00:00:00Z"],
    [of("TIMESTAMP", "9999-12-31 23:59:59.999999"), "TIMESTAMP", "9999-12-31T23:59:59.999999Z"],
    [of("DATE", "0001-01-01"), "DATE", "0001-01-01"],
    [of("NUMERIC", "1e3"), "NUMERIC", "1000"],
    [of("NUMERIC", ".5"), "NUMERIC", "0.5"],
    [of("BIGNUMERIC", "0.0000000001"), "BIGNUMERIC", "0.0000000001"],
    [of("FLOAT64", 1e300), "FLOAT64", 1e300],
    [of("FLOAT64", "1."), "FLOAT64", 1],
    [of("BOOL", "FALSE"), "BOOL", false],
    [of("JSON", "null"), "JSON", "null"],
    [of("JSON", '"text"'), "JSON", '"text"'],
    [of("BYTES", ""), "BYTES", ""],
    ["\u0000\u2028😀", "STRING", "\u0000\u2028😀"],
    [of("TIMESTAMP", "2026-01-31"), "TIMESTAMP", "2026-01-31T00:00:00Z"],
    [of("JSON", { a: [1, "x"] }), "JSON", '{"a":[1,"x"]}'],
    [of("DATE", null), "DATE", null],
  ])("%j is of type %s and means itself, by name and by place", async (value, type, expected) => {
    for (const [sql, params] of [
      ["SELECT @x AS x", { x: value }],
      ["SELECT ? AS x", [value]],
    ]) {
      const { body } = await query({ sql, params });
      expect(body).toMatchObject({ success: true, schema: [{ name: "x", type }], data: [{ x: expected }] });
    }
  });

  it("may be lists and objects", async () => {
    const params = { list: [1, 2, 3], none: of("ARRAY<STRING>", []), who: { name: "Ada", tags: ["a", "b"] } };
    const { body } = await query({
      sql: `SELECT (SELECT SUM(n) FROM UNNEST(@list) AS n) AS total, ARRAY_LENGTH(@none) AS none, @who.name AS name,
        2 IN UNNEST(@list) AS has, @who AS who`,
      params,
    });
    expect(body.data).toEqual([
      { total: 6, none: 0, name: "Ada", has: true, who: { name: "Ada", tags: ["a", "b"] } },
    ]);
  });

  it("filter tables of the default dataset, page by page", async () => {
    at.write(
      "shop/orders.csv",
      `id,kind\n${Array.from({ length: 50 }, (_, n) => `${n},${n % 2 ? "a" : "b"}`).join("\n")}\n`,
    );
    const request = {
      sql: "SELECT id FROM orders WHERE kind = @Kind AND id >= @from ORDER BY id",
      params: { kind: "a", FROM: 10 },
      max_results: 15,
    };
    for (const dataset of ["shop", "demo.shop"]) {
      const first = (await query({ ...request, dataset })).body;
      expect(first).toMatchObject({ success: true, total_rows: 20, row_count: 15, data: { 0: { id: 11 } } });
      const next = { ...request, dataset, page_token: first.next_page_token };
      expect((await query(next)).body).toMatchObject({ row_count: 5, data: { 0: { id: 41 } } });
      const other = { ...next, params: { ...request.params, FROM: 12 } };
      expect((await query(other)).body.code).toBe("invalid_page_token");
    }
    expect((await query(request)).body.code).toBe("table_not_found");
  });

  it.each<[string, string, unknown]>([
    ["a missing one", "SELECT @x", { y: 1 }],
    ["none at all", "SELECT @x", undefined],
    ["too few by place", "SELECT ?, ?", [1]],
    ["too many by place", "SELECT ?", [1, 2]],
    ["names where there are places", "SELECT ?", { x: 1 }],
    ["places where there are names", "SELECT @x", [1]],
    ["one of the wrong type", "SELECT DATE_ADD(@x, INTERVAL 1 DAY)", { x: 5 }],
    ["one in the place of a table", "SELECT * FROM @x", { x: "shop.orders" }],
  ])("%s is a failure that its author can mend", async (_what, sql, params) => {
    const { status, body } = await query({ sql, ...(params === undefined ? {} : { params }) });
    expect([status, body.success]).toEqual([200, false]);
    expect(["invalid_query", "query_failed", "unsupported_sql"]).toContain(body.code);
    expect(body.error).not.toMatch(/duckdb|\/warehouse/i);
  });
});
