import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { type Answer, errorAnswer } from "../../../support/bigquery/stand-in.ts";
import { start } from "./stand-in-warehouse.fixture.ts";

const OPEN = {
  authClient: new PassThroughClient(),
  projectId: "acme",
  allowed: parseAllowedDatasets("shop,web,other.ga,gone.x", "acme"),
};
const list = { signal: new AbortController().signal, limit: 100, after: null };
const look = { signal: list.signal, sampleRows: 0, maxCharacters: 10_000 };
const named = (datasetId: string) => ({ datasetReference: { projectId: "acme", datasetId }, location: "EU" });

describe("of the datasets, the open ones are listed", () => {
  const datasets: Answer = () => ({ body: { datasets: ["secret", "shop", "staging"].map(named) } });
  const dataset: Answer = ({ path }) =>
    path.endsWith("/projects/other/datasets/ga")
      ? { body: { description: "Visits", location: "US" } }
      : errorAnswer(403, "accessDenied", "Access Denied: Dataset gone:x");

  it("in the project and in others, without those that are not there", async () => {
    const { warehouse } = await start({ datasets, dataset }, OPEN);
    expect(await warehouse.listDatasets(list)).toEqual({
      items: [
        { project: "acme", dataset: "shop", description: null, location: "EU" },
        { project: "other", dataset: "ga", description: "Visits", location: "US" },
      ],
      more: false,
    });
  });

  it("and the tables of closed ones are not, whether they exist or not, without a call", async () => {
    const { standIn, warehouse } = await start({}, OPEN);
    for (const dataset of ["secret", "never"]) {
      const error = {
        code: "dataset_not_allowed",
        message: expect.stringContaining(`The dataset of ${dataset}`),
      };
      await expect(warehouse.listTables({ project: null, dataset }, list)).rejects.toMatchObject(error);
      await expect(
        warehouse.describeTable({ project: null, dataset, table: "t" }, look),
      ).rejects.toMatchObject(error);
    }
    await expect(warehouse.listTables({ project: "other", dataset: "shop" }, list)).rejects.toMatchObject({
      code: "dataset_not_allowed",
    });
    expect(standIn.calls).toEqual([]);
  });
});

describe("a table is described", () => {
  const describeIt = async (metadata: object) => {
    const { warehouse } = await start({ table: () => ({ body: metadata }) }, OPEN);
    return warehouse.describeTable({ project: null, dataset: "shop", table: "t" }, look);
  };

  it("with how it is cut and sorted, where it lies and its nested fields", async () => {
    const metadata = {
      type: "TABLE",
      description: "One row an order",
      numRows: "12",
      numBytes: "3400",
      location: "EU",
      timePartitioning: { type: "DAY", field: "created_at" },
      requirePartitionFilter: true,
      clustering: { fields: ["country", "customer"] },
      schema: {
        fields: [
          {
            name: "items",
            type: "RECORD",
            mode: "REPEATED",
            fields: [{ name: "sku", type: "STRING", description: "As printed" }],
          },
        ],
      },
    };
    expect(await describeIt(metadata)).toMatchObject({
      description: "One row an order",
      rowCount: 12,
      sizeBytes: 3400,
      location: "EU",
      partitioning: "DAY on created_at, a filter on it is required",
      clustering: ["country", "customer"],
      viewSql: null,
      schema: [
        {
          name: "items",
          type: "STRUCT",
          mode: "REPEATED",
          fields: [{ name: "sku", type: "STRING", mode: "NULLABLE", description: "As printed" }],
        },
      ],
    });
  });

  it.each([
    [{ timePartitioning: { type: "HOUR" } }, "HOUR on _PARTITIONTIME"],
    [
      { rangePartitioning: { field: "id", range: { start: "0", end: "100", interval: "10" } } },
      "RANGE on id from 0 to 100 by 10",
    ],
    [{}, null],
  ])("with its partitions: %j", async (more, partitioning) => {
    expect(await describeIt({ type: "TABLE", ...more })).toMatchObject({ partitioning, clustering: [] });
  });

  it.each([
    ["VIEW", { view: { query: "SELECT * FROM `acme.shop.orders`" } }, "SELECT * FROM `acme.shop.orders`"],
    [
      "MATERIALIZED_VIEW",
      { materializedView: { query: "SELECT COUNT(*) FROM web.visits" } },
      "SELECT COUNT(*) FROM web.visits",
    ],
    ["VIEW", { view: { query: "SELECT * FROM shop.orders JOIN secret.salaries USING (id)" } }, null],
    ["VIEW", { view: { query: "SELECT * FROM `other.shop.orders`" } }, null],
  ])("with its SQL when it is a view of what is open: %s %j", async (type, more, viewSql) => {
    expect(await describeIt({ type, ...more })).toMatchObject({ kind: type, viewSql });
  });
});
