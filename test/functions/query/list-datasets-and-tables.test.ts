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
