import { describe, expect, it } from "@jest/globals";
import { jobAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

describe("INFORMATION_SCHEMA tells of one dataset at a time", () => {
  it.each([
    "SELECT * FROM `region-eu`.INFORMATION_SCHEMA.JOBS",
    "SELECT * FROM `region-eu.INFORMATION_SCHEMA.JOBS_BY_PROJECT`",
    "SELECT * FROM region-eu.INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM `acme.region-us.INFORMATION_SCHEMA.TABLES`",
    "SELECT * FROM `acme`.`region-us`.information_schema.columns",
    "SELECT * FROM INFORMATION_SCHEMA.SCHEMATA",
    "SELECT * FROM acme.INFORMATION_SCHEMA.SCHEMATA",
    "SELECT * FROM shop.INFORMATION_SCHEMA.OBJECT_PRIVILEGES",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT (SELECT COUNT(*) FROM `region-eu`.INFORMATION_SCHEMA.SESSIONS)",
    "SELECT * FROM `a.b.c.INFORMATION_SCHEMA.TABLES`",
  ])("%s is refused before anything is sent, with every dataset open", async (sql) => {
    const { standIn, warehouse } = await start();
    await expect(warehouse.runQuery({ ...SELECT, sql }, quiet())).rejects.toMatchObject({
      code: "dataset_not_allowed",
      message: expect.stringContaining("INFORMATION_SCHEMA"),
    });
    expect(standIn.calls).toEqual([]);
  });

  it.each([
    ["SELECT * FROM shop.INFORMATION_SCHEMA.COLUMNS", null],
    ["SELECT * FROM `acme.shop.INFORMATION_SCHEMA.VIEWS`", null],
    ["SELECT * FROM INFORMATION_SCHEMA.PARTITIONS", "shop"],
  ])("%s is read", async (sql, defaultDataset) => {
    const referencedTables = [{ projectId: "acme", datasetId: "INFORMATION_SCHEMA", tableId: "COLUMNS" }];
    const { warehouse } = await start({
      dryRun: (call) => jobAnswer(call, { statementType: "SELECT", referencedTables }),
    });
    expect(await warehouse.runQuery({ ...SELECT, sql, defaultDataset }, quiet())).toMatchObject({
      kind: "rows",
    });
  });

  it("a view over the statements of others is refused by what BigQuery says that it reads", async () => {
    const referencedTables = [{ projectId: "acme", datasetId: "INFORMATION_SCHEMA", tableId: "JOBS" }];
    const { standIn, warehouse } = await start({
      dryRun: (call) => jobAnswer(call, { statementType: "SELECT", referencedTables }),
    });
    const run = warehouse.runQuery({ ...SELECT, sql: "SELECT * FROM shop.who_ran_what" }, quiet());
    await expect(run).rejects.toMatchObject({ code: "dataset_not_allowed" });
    expect(standIn.count("insert")).toBe(0);
  });
});
