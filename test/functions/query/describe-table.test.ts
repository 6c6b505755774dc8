import { describe, expect, it } from "@jest/globals";
import { errorAnswer } from "../../support/bigquery/stand-in.ts";
import { serveBigquery } from "./serve-query.fixture.ts";

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
