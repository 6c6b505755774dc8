import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { TableDescription } from "#functions/query/warehouse/warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const MINUTE_MS = 60_000;
const signal = new AbortController().signal;

describeWith("sandbox", "looking around in the embedded warehouse", () => {
  let at: TestWarehouse;
  beforeAll(() => {
    at = openTestWarehouse();
    at.write("shop/orders.csv", "id,amount,day\n1,10.5,2024-01-31\n2,4,2024-02-01\n");
    at.write(
      "shop/orders.schema.json",
      JSON.stringify([
        { name: "id", type: "STRING", mode: "REQUIRED", description: "As on the invoice." },
        { name: "amount", type: "NUMERIC" },
        { name: "day", type: "DATE", description: "" },
      ]),
    );
    at.write("shop/events.jsonl", '{"id":1,"tags":["a"],"who":{"name":"Ada","age":36}}\n');
    at.write("shop/notes.txt", "no table");
    at.write("shop/.hidden.csv", "a\n1\n");
    at.write("archive/old.csv", "a\n1\n");
    at.write("../other/things/x.csv", "a\n1\n");
  });
  afterAll(() => at.close());
  const list = { signal, limit: 50, after: null };
  const describeIt = async (dataset: string, table: string, sampleRows = 0): Promise<TableDescription> => {
    const found = await at.warehouse.describeTable(
      { project: "demo", dataset, table },
      { signal, sampleRows, maxCharacters: 20_000 },
    );
    if ("code" in found) throw new Error(found.message);
    return found;
  };

  it("lists datasets of all projects in the order of their names, in parts", async () => {
    const names = (await at.warehouse.listDatasets(list)).items.map(
      (each) => `${each.project}.${each.dataset}`,
    );
    expect(names).toEqual(["demo.archive", "demo.shop", "other.things"]);
    const first = await at.warehouse.listDatasets({ ...list, limit: 2 });
    expect([first.items.length, first.more]).toEqual([2, true]);
    const rest = await at.warehouse.listDatasets({ ...list, limit: 2, after: "demo.shop" });
    expect(rest).toMatchObject({ items: [{ project: "other", dataset: "things" }], more: false });
  });

  it("lists tables, each once, and nothing that is none", async () => {
    const listing = await at.warehouse.listTables({ project: "demo", dataset: "shop" }, list);
    expect(listing).toEqual({
      items: [
        { table: "events", kind: "TABLE", description: null },
        { table: "orders", kind: "TABLE", description: null },
      ],
      more: false,
    });
    const after = await at.warehouse.listTables(
      { project: "demo", dataset: "shop" },
      { ...list, after: "events" },
    );
    expect(after.items.map(({ table }) => table)).toEqual(["orders"]);
  });

  it.each(["nothing", "..", "../demo", "shop/orders", ""])("there is no dataset %j", async (dataset) => {
    await expect(at.warehouse.listTables({ project: "demo", dataset }, list)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it(
    "describes columns with what the schema file says",
    async () => {
      expect(await describeIt("shop", "orders", 1)).toEqual({
        project: "demo",
        dataset: "shop",
        table: "orders",
        kind: "TABLE",
        description: null,
        schema: [
          { name: "id", type: "STRING", mode: "REQUIRED", description: "As on the invoice." },
          { name: "amount", type: "NUMERIC", mode: "NULLABLE" },
          { name: "day", type: "DATE", mode: "NULLABLE", description: "" },
        ],
        rowCount: 2,
        sizeBytes: 47,
        modifiedAt: expect.any(Date),
        partitioning: null,
        clustering: [],
        viewSql: null,
        location: null,
        sampleRows: [{ id: "1", amount: "10.5", day: "2024-01-31" }],
      });
    },
    MINUTE_MS,
  );

  it(
    "describes nested columns",
    async () => {
      expect((await describeIt("shop", "events")).schema).toEqual([
        { name: "id", type: "INT64", mode: "NULLABLE" },
        { name: "tags", type: "STRING", mode: "REPEATED" },
        {
          name: "who",
          type: "STRUCT",
          mode: "NULLABLE",
          fields: [
            { name: "name", type: "STRING", mode: "NULLABLE" },
            { name: "age", type: "INT64", mode: "NULLABLE" },
          ],
        },
      ]);
    },
    MINUTE_MS,
  );

  it("leaves out samples that are too long", async () => {
    at.write("shop/long.csv", `a\n${"x".repeat(1000)}\n${"y".repeat(50_000)}\n`);
    expect((await describeIt("shop", "long", 5)).sampleRows).toEqual([{ a: "x".repeat(1000) }]);
    at.remove("shop/long.csv");
  });

  it.each([
    ["shop", "nothing"],
    ["nothing", "orders"],
    ["..", "orders"],
    ["shop", "../archive/old"],
  ])("there is no table %s.%s", async (dataset, table) => {
    await expect(describeIt(dataset, table)).rejects.toMatchObject({ code: "not_found" });
  });

  it("gives result columns the types of GoogleSQL", async () => {
    const outcome = await at.query(
      "SELECT 1 AS i, 1.5 AS f, NUMERIC '1.5' AS n, BIGNUMERIC '1.5' AS b, 'x' AS s, b'x' AS y, TRUE AS t, DATE '2024-01-01' AS d, TIME '10:00:00' AS c, DATETIME '2024-01-01 00:00:00' AS e, TIMESTAMP '2024-01-01 00:00:00+00' AS z, [1] AS a, STRUCT('x' AS p) AS r, JSON '{}' AS j, NULL AS u",
    );
    const types =
      outcome.kind === "rows" ? outcome.schema.map(({ name, type, mode }) => [name, type, mode]) : [];
    expect(Object.fromEntries(types.map(([name, type]) => [name, type]))).toEqual({
      ...{ i: "INT64", f: "FLOAT64", n: "NUMERIC", b: "BIGNUMERIC", s: "STRING", y: "BYTES", t: "BOOL" },
      ...{
        d: "DATE",
        c: "TIME",
        e: "DATETIME",
        z: "TIMESTAMP",
        a: "INT64",
        r: "STRUCT",
        j: "JSON",
        u: "INT64",
      },
    });
    expect(types.filter(([, , mode]) => mode === "REPEATED")).toEqual([["a", "INT64", "REPEATED"]]);
  });

  it("counts the bytes of the tables that a statement reads", async () => {
    expect(await at.query("SELECT 1")).toMatchObject({ bytesProcessed: 0 });
    expect(await at.query("SELECT * FROM shop.orders a JOIN shop.orders b USING (id)")).toMatchObject({
      bytesProcessed: 47,
    });
  });
});
