import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

const MANY = Object.fromEntries(
  Array.from({ length: 120 }, (_, n) => [`many/t${String(n).padStart(3, "0")}.csv`, "a\n1\n"]),
);

describeWith("sandbox", "what there is", () => {
  const two = twoWarehouses({
    files: {
      ...MANY,
      "shop/orders.csv": "id,at,paid\n1,2026-01-31T08:00:00Z,1.50\n2,,\n",
      "shop/orders.schema.json": JSON.stringify([
        { name: "id", type: "INT64", description: "Number of the order" },
        { name: "at", type: "TIMESTAMP" },
        { name: "paid", type: "NUMERIC" },
      ]),
      "empty/none.csv": "a,b\n",
    },
  });
  const list = (limit: number, after: string | null) => ({
    signal: new AbortController().signal,
    limit,
    after,
  });

  it.each(ADAPTERS)("names datasets in their order, in parts (%s)", async (adapter) => {
    const first = await two.warehouse(adapter).listDatasets(list(2, null));
    expect([first.items.map(({ dataset }) => dataset), first.more]).toEqual([["empty", "many"], true]);
    const rest = await two.warehouse(adapter).listDatasets(list(2, "acme.many"));
    expect([rest.items.map(({ project, dataset }) => `${project}.${dataset}`), rest.more]).toEqual([
      ["acme.shop"],
      false,
    ]);
  });

  it("names the tables of a dataset, all of them and in parts, the same in both", async () => {
    const dataset = { project: null, dataset: "many" };
    const [one, other] = await Promise.all(
      ADAPTERS.map((name) => two.warehouse(name).listTables(dataset, list(1000, null))),
    );
    expect(one?.items.length).toBe(120);
    expect(one).toEqual(other);
    for (const adapter of ADAPTERS) {
      const part = await two.warehouse(adapter).listTables(dataset, list(3, "t100"));
      expect([part.items.map(({ table }) => table), part.more]).toEqual([["t101", "t102", "t103"], true]);
    }
  });

  it.each([
    ["columns and rows", "shop", "orders"],
    ["columns and no rows", "empty", "none"],
  ])("describes a table with %s the same in both", async (_what, dataset, table) => {
    const { signal } = new AbortController();
    const address = { project: null, dataset, table };
    const [one, other] = await Promise.all(
      ADAPTERS.map((name) =>
        two.warehouse(name).describeTable(address, { signal, sampleRows: 5, maxCharacters: 50_000 }),
      ),
    );
    const { location, ...described } = { location: null, ...one };
    expect(described).toEqual({ ...other, location: undefined, modifiedAt: expect.any(Date) });
    expect(location).toBe("US");
  });

  it("says in both that a dataset or a table is not there", async () => {
    const { signal } = new AbortController();
    for (const adapter of ADAPTERS) {
      const warehouse = two.warehouse(adapter);
      const missing = { project: null, dataset: "shop", table: "nothing" };
      await expect(
        warehouse.listTables({ project: null, dataset: "nowhere" }, list(5, null)),
      ).rejects.toMatchObject({ code: "not_found" });
      await expect(
        warehouse.describeTable(missing, { signal, sampleRows: 0, maxCharacters: 50_000 }),
      ).rejects.toMatchObject({ code: "not_found" });
    }
  });
});
