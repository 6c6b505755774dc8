import { describe, expect, it } from "@jest/globals";
import { type Answer, errorAnswer } from "../../support/bigquery/stand-in.ts";
import { serveBigquery } from "./serve-query.fixture.ts";

/** A list of BigQuery's in calls of three names each. */
function listOf(key: "datasets" | "tables", items: readonly object[]): Answer {
  return ({ query }) => {
    const start = Number(query["pageToken"] ?? 0);
    const next = start + 3;
    return {
      body: {
        [key]: items.slice(start, next),
        ...(next < items.length ? { nextPageToken: String(next) } : {}),
      },
    };
  };
}

const dataset = (datasetId: string, more: object = {}) => ({
  datasetReference: { projectId: "p", datasetId },
  ...more,
});
const table = (tableId: string, more: object = {}) => ({
  tableReference: { projectId: "p", datasetId: "d", tableId },
  type: "TABLE",
  ...more,
});

describe("list_datasets", () => {
  const datasets = listOf(
    "datasets",
    ["e", "b", "d", "a", "c"].map((name) =>
      dataset(name, name === "a" ? { location: "EU", friendlyName: "First" } : {}),
    ),
  );

  it("names all of them in their order, by every path", async () => {
    const { get } = await serveBigquery({ datasets });
    for (const path of ["/query/datasets", "/datasets"]) {
      const { status, body } = await get(path);
      expect(status).toBe(200);
      expect(body).toEqual({
        datasets: [
          { project: "p", dataset: "a", description: "First", location: "EU" },
          ...["b", "c", "d", "e"].map((name) => ({
            project: "p",
            dataset: name,
            description: null,
            location: null,
          })),
        ],
        next_after: null,
        request_id: expect.any(String),
      });
    }
  });

  it("goes on after a name", async () => {
    const { get } = await serveBigquery({ datasets });
    const first = (await get("/query/datasets?limit=2")).body;
    expect(first).toMatchObject({ datasets: [{ dataset: "a" }, { dataset: "b" }], next_after: "p.b" });
    const rest = (await get(`/query/datasets?limit=3&after=${first.next_after}`)).body;
    expect(rest).toMatchObject({
      datasets: [{ dataset: "c" }, { dataset: "d" }, { dataset: "e" }],
      next_after: null,
    });
  });

  it("of a warehouse without any is empty", async () => {
    const { get } = await serveBigquery();
    expect((await get("/query/datasets")).body).toMatchObject({ datasets: [], next_after: null });
  });

  it.each(["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "after="])("refuses %s", async (search) => {
    const { get, standIn } = await serveBigquery({ datasets });
    const { status, body } = await get(`/query/datasets?${search}`);
    expect([status, body.code, standIn.calls.length]).toEqual([400, "validation_failed", 0]);
  });

  it("says when BigQuery refuses the server", async () => {
    const { get } = await serveBigquery({
      datasets: () => errorAnswer(403, "accessDenied", "Access Denied: p"),
    });
    expect((await get("/query/datasets")).status).toBe(503);
  });
});

describe("list_tables", () => {
  const kinds = ["TABLE", "VIEW", "MATERIALIZED_VIEW", "EXTERNAL", "SNAPSHOT"];
  const tables = listOf(
    "tables",
    kinds.map((type, index) => table(`t${index}`, { type })),
  );

  it("names tables with their kinds", async () => {
    const { get, standIn } = await serveBigquery({ tables });
    const { body } = await get("/query/datasets/d/tables?project=other-project");
    expect(body.tables).toEqual(
      kinds.map((kind, index) => ({ table: `t${index}`, kind, description: null })),
    );
    expect(standIn.calls[0]?.path).toBe("/bigquery/v2/projects/other-project/datasets/d/tables");
  });

  it("goes on after a name, and cuts an answer that would be too long", async () => {
    const long = Array.from({ length: 150 }, (_, index) =>
      table(`t${String(index).padStart(3, "0")}`, { friendlyName: "é".repeat(5_000) }),
    );
    const { get } = await serveBigquery({ tables: () => ({ body: { tables: long } }) });
    const names: string[] = [];
    let after: string | null = "";
    for (let page = 0; after !== null && page < 10; page += 1) {
      const { body, text } = await get(`/query/datasets/d/tables?limit=1000${after && `&after=${after}`}`);
      expect(text.length).toBeLessThanOrEqual(95_000);
      names.push(...body.tables.map((row: { readonly table: string }) => row.table));
      after = body.next_after;
    }
    expect(names).toEqual(long.map(({ tableReference }) => tableReference.tableId));
  });

  it.each([
    ["is not there", errorAnswer(404, "notFound", "Not found: Dataset p:d")],
    ["may not be seen", errorAnswer(403, "accessDenied", "Access Denied: Dataset p:d")],
  ])("of a dataset that %s: the same 404", async (_what, answer) => {
    const { get } = await serveBigquery({ tables: () => answer });
    const { status, body } = await get("/query/datasets/d/tables");
    expect([status, body.code]).toEqual([404, "not_found"]);
    expect(body.error).toBe(
      "There is no dataset d, or the server's account may not see it. list_datasets names those that there are.",
    );
  });

  it("asks to come again when BigQuery is busy, which is 403 there too", async () => {
    const { get } = await serveBigquery({ tables: () => errorAnswer(403, "rateLimitExceeded", "Slow down") });
    const { status, body } = await get("/query/datasets/d/tables");
    expect([status, body.code]).toEqual([503, "overloaded"]);
  }, 60_000);

  it.each(["..", "a%2F..", "a.b", "%00", "a`b", "x".repeat(300)])(
    "refuses a dataset named %s",
    async (name) => {
      const { get, standIn } = await serveBigquery({ tables });
      const { status } = await get(`/query/datasets/${name}/tables`);
      expect([400, 404]).toContain(status);
      expect(standIn.calls).toEqual([]);
    },
  );
});

const METADATA = {
  tableReference: { projectId: "p", datasetId: "d", tableId: "t" },
  type: "TABLE",
  description: "Orders",
  schema: {
    fields: [
      { name: "id", type: "INTEGER", mode: "REQUIRED", description: "Number" },
      { name: "lines", type: "RECORD", mode: "REPEATED", fields: [{ name: "at", type: "TIMESTAMP" }] },
    ],
  },
  numRows: "2",
  numBytes: "1234",
  lastModifiedTime: "1768469400000",
};
const LISTED = [{ f: [{ v: "1" }, { v: [{ v: { f: [{ v: "0" }] } }] }] }, { f: [{ v: "2" }, { v: [] }] }];

describe("describe_table", () => {
  it("tells columns, size and, when asked, sample rows", async () => {
    const { get, standIn } = await serveBigquery({
      table: () => ({ body: METADATA }),
      rows: ({ query }) => ({ body: { rows: LISTED.slice(0, Number(query["maxResults"])) } }),
    });
    const { status, body } = await get("/query/datasets/d/tables/t?sample_rows=5");
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      project: "p",
      dataset: "d",
      table: "t",
      kind: "TABLE",
      description: "Orders",
      location: null,
      partitioning: null,
      clustering: [],
      view_sql: null,
      schema: [
        { name: "id", type: "INT64", mode: "REQUIRED", description: "Number" },
        {
          name: "lines",
          type: "STRUCT",
          mode: "REPEATED",
          fields: [{ name: "at", type: "TIMESTAMP", mode: "NULLABLE" }],
        },
      ],
      column_count: 2,
      row_count: 2,
      size_bytes: 1234,
      modified_at: "2026-01-15T09:30:00.000Z",
      sample_rows: [
        { id: 1, lines: [{ at: "1970-01-01T00:00:00Z" }] },
        { id: 2, lines: [] },
      ],
      truncated: false,
      error: null,
      request_id: expect.any(String),
    });
    expect(standIn.calls.at(-1)?.query).toMatchObject({
      maxResults: "5",
      "formatOptions.useInt64Timestamp": "true",
    });
  });

  it("tells how a table is cut into parts and sorted, and where it lies", async () => {
    const { get } = await serveBigquery({
      table: () => ({
        body: {
          ...METADATA,
          location: "EU",
          timePartitioning: { type: "DAY", field: "at", requirePartitionFilter: true },
          clustering: { fields: ["id", "at"] },
        },
      }),
    });
    expect((await get("/datasets/d/tables/t")).body).toMatchObject({
      location: "EU",
      partitioning: "DAY on at, a filter on it is required",
      clustering: ["id", "at"],
      view_sql: null,
    });
  });

  it.each([
    ["as it is", 100, 100, false],
    ["cut when it is long, and says so", 200_000, 10_000, true],
  ])("shows the SQL of a view %s", async (_what, length, shown, truncated) => {
    const query = `SELECT '${"x".repeat(length - 9)}'`;
    const { get } = await serveBigquery({
      table: () => ({ body: { ...METADATA, type: "VIEW", view: { query } } }),
    });
    const { body, text } = await get("/datasets/d/tables/t");
    expect(body).toMatchObject({ kind: "VIEW", truncated });
    expect(body.view_sql).toHaveLength(shown);
    expect(query.startsWith(body.view_sql.slice(0, shown - 1))).toBe(true);
    expect(text.length).toBeLessThan(95_000);
  });

  it("runs no statement and reads no row unless asked to", async () => {
    const { get, standIn } = await serveBigquery({ table: () => ({ body: METADATA }) });
    expect((await get("/datasets/d/tables/t")).body).toMatchObject({ sample_rows: [], truncated: false });
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["table"]);
  });

  it.each(["VIEW", "MATERIALIZED_VIEW", "EXTERNAL"])(
    "lists no rows of a %s, which BigQuery refuses",
    async (type) => {
      const { get, standIn } = await serveBigquery({ table: () => ({ body: { ...METADATA, type } }) });
      expect((await get("/query/datasets/d/tables/t?sample_rows=3")).body).toMatchObject({
        kind: type,
        sample_rows: [],
        truncated: false,
      });
      expect(standIn.count("rows")).toBe(0);
    },
  );

  it("cuts long rows, long descriptions and very many columns, and says so", async () => {
    const fields = Array.from({ length: 3000 }, (_, index) => ({ name: `c${index}`, type: "STRING" }));
    const long = { f: fields.map(() => ({ v: "x".repeat(50) })) };
    const { get } = await serveBigquery({
      table: () => ({ body: { ...METADATA, description: "é".repeat(20_000), schema: { fields } } }),
      rows: () => ({ body: { rows: [long, long] } }),
    });
    const { text, body } = await get("/query/datasets/d/tables/t?sample_rows=2");
    expect(text.length).toBeLessThanOrEqual(95_000);
    expect(body).toMatchObject({ truncated: true, column_count: 3000, sample_rows: [] });
    expect(body.schema.length).toBeGreaterThan(500);
    expect(body.description.length).toBe(1000);
  });

  it("of a table without a schema has no columns", async () => {
    const { schema: _, ...bare } = METADATA;
    const { get } = await serveBigquery({ table: () => ({ body: bare }) });
    expect((await get("/query/datasets/d/tables/t?sample_rows=3")).body).toMatchObject({
      schema: [],
      column_count: 0,
    });
  });

  it.each([
    ["is not there", errorAnswer(404, "notFound", "Not found: Table p:d.t")],
    ["may not be seen", errorAnswer(403, "accessDenied", "Access Denied: Table p:d.t")],
  ])("of a table that %s: the same 404", async (_what, answer) => {
    const { get } = await serveBigquery({ table: () => answer });
    const { status, body } = await get("/query/datasets/d/tables/t");
    expect([status, body.code]).toEqual([404, "not_found"]);
    expect(body.error).toContain("There is no table d.t, or the server's account may not see it.");
  });

  it.each(["sample_rows=6", "sample_rows=-1", "project=a/b", "project=.."])("refuses %s", async (search) => {
    const { get, standIn } = await serveBigquery({ table: () => ({ body: METADATA }) });
    const { status, body } = await get(`/query/datasets/d/tables/t?${search}`);
    expect([status, body.code, standIn.calls.length]).toEqual([400, "validation_failed", 0]);
  });

  it("takes unicode names and spaces, as BigQuery does", async () => {
    const { get, standIn } = await serveBigquery({ table: () => ({ body: METADATA }) });
    expect((await get(`/query/datasets/d/tables/${encodeURIComponent("Größe 表-1")}`)).status).toBe(200);
    expect(decodeURIComponent(standIn.calls[0]?.path ?? "")).toBe(
      "/bigquery/v2/projects/stand-in/datasets/d/tables/Größe 表-1",
    );
  });

  it("an answer of BigQuery that makes no sense is 503", async () => {
    const { get } = await serveBigquery({
      table: () => ({ body: { ...METADATA, schema: { fields: [{}] } } }),
    });
    expect((await get("/query/datasets/d/tables/t")).status).toBe(503);
  });
});
