import { beforeAll, expect, it, jest } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { serveFolder } from "./serve-folder.fixture.ts";

jest.setTimeout(90_000);

const LIMIT = 95_000;
const FORMATS = ["rows", "columns", "csv"] as const;

describeWith("sandbox", "answers of the embedded warehouse", () => {
  const { query } = serveFolder();

  it("come in three formats", async () => {
    const sql = `SELECT 1 AS id, 'says "x", twice' AS s, [1, 2] AS list, STRUCT('a' AS k) AS r
      UNION ALL SELECT 2, NULL, [], STRUCT('b' AS k) ORDER BY id`;
    const rows = (await query({ sql })).body;
    expect(rows.data).toEqual([
      { id: 1, s: 'says "x", twice', list: [1, 2], r: { k: "a" } },
      { id: 2, s: null, list: [], r: { k: "b" } },
    ]);
    expect(rows.schema).toEqual([
      { name: "id", type: "INT64", mode: "NULLABLE" },
      { name: "s", type: "STRING", mode: "NULLABLE" },
      { name: "list", type: "INT64", mode: "REPEATED" },
      {
        name: "r",
        type: "STRUCT",
        mode: "NULLABLE",
        fields: [{ name: "k", type: "STRING", mode: "NULLABLE" }],
      },
    ]);
    const columns = (await query({ sql, format: "columns" })).body;
    expect(columns).toMatchObject({
      data: [],
      columns: { id: [1, 2], s: ['says "x", twice', null], list: [[1, 2], []], r: [{ k: "a" }, { k: "b" }] },
    });
    const csv = (await query({ sql, format: "csv" })).body;
    expect(csv.csv).toBe(
      'id,s,list,r\r\n1,"says ""x"", twice","[1,2]","{""k"":""a""}"\r\n2,,[],"{""k"":""b""}"\r\n',
    );
  });

  it("keep columns of one name apart", async () => {
    const { body } = await query({ sql: "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4", format: "columns" });
    expect(body.schema.map(({ name }: { readonly name: string }) => name)).toEqual([
      "a",
      "a_2",
      "a_1",
      "f0_",
    ]);
    expect(body.columns).toEqual({ a: [1], a_2: [2], a_1: [3], f0_: [4] });
  });

  it.each(FORMATS)("in %s stay below what ChatGPT takes, and are full", async (format) => {
    const cases = [
      "SELECT n, 'x' AS s FROM UNNEST(GENERATE_ARRAY(1, 30000)) AS n",
      `SELECT REPEAT('"', 50) AS q, REPEAT('\\n', 20) AS l FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS n`,
      `SELECT STRUCT('"' AS ${"a".repeat(100)}) AS r FROM UNNEST(GENERATE_ARRAY(1, 9000)) AS n`,
      `SELECT 1 AS ${"a".repeat(300)}, 2 AS ${"b".repeat(300)}, REPEAT('z', 50) AS s FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS n`,
    ];
    for (const sql of cases) {
      const first = await query({ sql, format, max_results: 10_000 });
      expect(first.text.length).toBeLessThanOrEqual(LIMIT);
      expect(first.body).toMatchObject({
        success: true,
        truncated: true,
        next_page_token: expect.any(String),
      });
      const second = await query({
        sql,
        format,
        max_results: 10_000,
        page_token: first.body.next_page_token,
      });
      expect(second.text.length).toBeLessThanOrEqual(LIMIT);
      expect(second.body).toMatchObject({ success: true });
      expect(second.body.row_count).toBeGreaterThan(10);
    }
  });

  it.each([0, -1, 10 ** 9])("refuse max_results %i", async (max_results) => {
    const { status, body } = await query({ sql: "SELECT 1", max_results });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
  });
});

describeWith("sandbox", "answers of the embedded warehouse that would be far too large", () => {
  const at = serveFolder();
  const { query } = at;

  it("refuse a cell of 5 MB, and give the rows before it", async () => {
    const long = "SELECT STRING_AGG(REPEAT('x', 500000), '') AS s FROM UNNEST(GENERATE_ARRAY(1, 10)) AS n";
    const alone = (await query({ sql: long })).body;
    expect(alone).toMatchObject({ success: false, code: "result_too_large" });
    const sql =
      "SELECT n, IF(n = 3, REPEAT('x', 500000), 'short') AS s FROM UNNEST([1, 2, 3, 4]) AS n ORDER BY n";
    const first = (await query({ sql })).body;
    expect(first).toMatchObject({ success: true, row_count: 2, truncated_by: "size", total_rows: 4 });
    const second = (await query({ sql, page_token: first.next_page_token })).body;
    expect(second).toMatchObject({ success: false, code: "result_too_large" });
  });

  it("refuse more columns than an answer can name, and say what to do", async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `c${index}`);
    at.write("wide/t.csv", `${names.join(",")}\n${names.map(() => "1").join(",")}\n`);
    const { status, body } = await query({ sql: "SELECT * FROM wide.t" });
    expect([status, body.success, body.code]).toEqual([200, false, "result_too_large"]);
    expect(body.error).toContain("Select fewer columns");
    const some = (await query({ sql: "SELECT c7, c1499 FROM wide.t", format: "csv" })).body;
    expect(some).toMatchObject({ csv: "c7,c1499\r\n1,1\r\n" });
  });

  it("refuse 5,000 columns that are written out, for their number, their length or the memory that they take", async () => {
    const columns = Array.from({ length: 5000 }, (_, index) => `${index} AS c${index}`);
    const { status, body } = await query({ sql: `SELECT ${columns.join(", ")}` });
    expect([status, body.success]).toEqual([200, false]);
    expect(["result_too_large", "invalid_query", "query_out_of_memory"]).toContain(body.code);
    expect((await query({ sql: "SELECT 1 AS one" })).body.data).toEqual([{ one: 1 }]);
  });
});

describeWith("sandbox", "the tables of the embedded warehouse", () => {
  const at = serveFolder();
  const { get } = at;
  beforeAll(() => {
    at.write("shop/orders.csv", "id,amount\n1,10.5\n2,4\n3,7.25\n");
    at.write(
      "shop/orders.schema.json",
      JSON.stringify([
        { name: "id", type: "INT64", mode: "REQUIRED", description: "Number of the order" },
        { name: "amount", type: "NUMERIC" },
      ]),
    );
    at.write("shop/people.jsonl", '{"name":"Ada","tags":["x"],"at":{"city":"Oslo"}}\n');
    at.write("web/events.csv", "n\n1\n");
  });

  it("are listed in their order, a part at a time", async () => {
    expect((await get("/query/datasets")).body).toMatchObject({
      datasets: [
        { project: "demo", dataset: "shop" },
        { project: "demo", dataset: "web" },
      ],
      next_after: null,
    });
    expect((await get("/datasets?limit=1&after=demo.shop")).body).toMatchObject({
      datasets: [{ dataset: "web" }],
      next_after: null,
    });
    const first = (await get("/query/datasets/shop/tables?limit=1")).body;
    expect(first).toMatchObject({ tables: [{ table: "orders", kind: "TABLE" }], next_after: "orders" });
    const rest = (await get(`/query/datasets/shop/tables?after=${first.next_after}&project=demo`)).body;
    expect(rest).toMatchObject({ tables: [{ table: "people" }], next_after: null });
  });

  it("are described with columns, rows and size", async () => {
    const { status, body } = await get("/query/datasets/shop/tables/orders?sample_rows=2");
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      project: "demo",
      dataset: "shop",
      table: "orders",
      kind: "TABLE",
      description: null,
      location: null,
      partitioning: null,
      clustering: [],
      view_sql: null,
      schema: [
        { name: "id", type: "INT64", mode: "REQUIRED", description: "Number of the order" },
        { name: "amount", type: "NUMERIC", mode: "NULLABLE" },
      ],
      column_count: 2,
      row_count: 3,
      size_bytes: 28,
      modified_at: expect.stringMatching(/^\d{4}-.*Z$/),
      sample_rows: [
        { id: 1, amount: "10.5" },
        { id: 2, amount: "4" },
      ],
      truncated: false,
      error: null,
      request_id: expect.any(String),
    });
    expect((await get("/query/datasets/shop/tables/people")).body).toMatchObject({
      schema: [
        { name: "name", type: "STRING" },
        { name: "tags", type: "STRING", mode: "REPEATED" },
        { name: "at", type: "STRUCT", fields: [{ name: "city", type: "STRING" }] },
      ],
      row_count: 1,
      sample_rows: [],
    });
  });

  it.each([
    "/query/datasets/nothing/tables",
    "/query/datasets/shop/tables?project=nothing",
    "/query/datasets/shop/tables/nothing",
    "/query/datasets/nothing/tables/orders",
    "/query/datasets/..%2f..%2fetc/tables",
    "/query/datasets/shop/tables/..%2f..%2fsecret",
    "/query/datasets/shop/tables/orders.schema",
  ])("%s is not there, and no path of the host is told", async (path) => {
    const { status, body, text } = await get(path);
    expect([400, 404]).toContain(status);
    expect(["not_found", "validation_failed"]).toContain(body.code);
    expect(text).not.toMatch(/\/tmp\/|\/warehouse\//);
  });

  it("whose file cannot be read say so in an answer", async () => {
    at.write("shop/broken.csv", 'a,b\n1,2\n3,4,5,6\n"unclosed');
    const { status, body } = await at.get("/query/datasets/shop/tables/broken?sample_rows=5");
    expect([status, body.success, body.code]).toEqual([200, false, "query_failed"]);
    expect(body).toMatchObject({
      project: null,
      dataset: "shop",
      table: "broken",
      schema: [],
      sample_rows: [],
    });
    expect(body.error).not.toMatch(/\/tmp|\/warehouse|duckdb/i);
  });
});
