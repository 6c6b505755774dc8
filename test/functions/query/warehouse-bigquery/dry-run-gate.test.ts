import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { jobAnswer } from "../../../support/bigquery/stand-in.ts";
import { ASKER, quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const OWN = { authClient: new PassThroughClient(), projectId: "acme" };
const WRITER = { ...ASKER, mayWrite: true };
const INSERT = { ...SELECT, sql: "INSERT INTO shop.t (x) VALUES (1)" };

describe("the dry run is the gate:", () => {
  it.each([
    "INSERT",
    "DELETE",
    "CREATE_TABLE_AS_SELECT",
    "EXPORT_DATA",
    "CALL",
    "SELECT_INTO",
    "A_TYPE_OF_TOMORROW",
  ])("%s is refused and never sent as a real job", async (statementType) => {
    const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call, { statementType }) });
    const run = warehouse.runQuery({ ...SELECT, sql: "INSERT d.t VALUES (1)" }, quiet());
    await expect(run).rejects.toMatchObject({
      code: "write_not_allowed",
      message: expect.stringContaining(statementType),
    });
    expect(standIn.count("insert")).toBe(0);
  });

  it("a script is refused as several statements, with writes on, too", async () => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "SCRIPT" }) },
      { ...OWN, allowWrites: true },
    );
    const run = warehouse.runQuery(
      { ...SELECT, sql: "SELECT 1; DROP TABLE d.t" },
      { ...quiet(), asker: WRITER },
    );
    await expect(run).rejects.toMatchObject({ code: "multiple_statements" });
    expect(standIn.count("insert")).toBe(0);
  });

  it.each(["#legacySQL\nSELECT * FROM [acme:shop.t]", "  # LegacySQL \nSELECT 1"])(
    "a text in another language is not sent at all: %j",
    async (sql) => {
      const { standIn, warehouse } = await start();
      expect(await warehouse.runQuery({ ...SELECT, sql }, quiet())).toMatchObject({
        code: "unsupported_sql",
      });
      expect(standIn.calls).toEqual([]);
    },
  );

  it("a dry run that names no type lets nothing through", async () => {
    const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call) });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(standIn.count("insert")).toBe(0);
  });
});

describe("a write runs only when", () => {
  const cases: readonly (readonly [allowWrites: boolean, mayWrite: boolean, mention: string])[] = [
    [false, false, "Only SELECT"],
    [false, true, "Only SELECT"],
    [true, false, "query:write"],
  ];
  it.each(cases)("owner %s, credential %s: refused", async (allowWrites, mayWrite, mention) => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "INSERT" }) },
      { ...OWN, allowWrites },
    );
    const options = { ...quiet(), asker: { ...ASKER, mayWrite } };
    const refused = { code: "write_not_allowed", status: 403, message: expect.stringContaining(mention) };
    await expect(warehouse.runQuery(INSERT, options)).rejects.toMatchObject(refused);
    await expect(warehouse.dryRun(INSERT, options)).rejects.toMatchObject(refused);
    expect(standIn.count("insert")).toBe(0);
  });

  it("both agree, and then says how many rows it changed", async () => {
    const { standIn, warehouse } = await start(
      {
        dryRun: (call) => jobAnswer(call, { statementType: "INSERT" }),
        results: () => ({
          body: { jobComplete: true, totalRows: "0", numDmlAffectedRows: "3", totalBytesProcessed: "0" },
        }),
      },
      { ...OWN, allowWrites: true },
    );
    const outcome = await warehouse.runQuery(INSERT, { ...quiet(), asker: WRITER });
    expect(outcome).toMatchObject({
      kind: "rows",
      rows: [{ affected_rows: 3 }],
      totalRows: 1,
      estimatedCostUsd: 0,
    });
    expect(standIn.count("insert")).toBe(1);
  });

  it.each([
    "EXPORT_DATA",
    "LOAD_DATA",
    "CREATE_EXTERNAL_TABLE",
    "GRANT",
    "REVOKE",
    "CREATE_ROW_ACCESS_POLICY",
    "DROP_ROW_ACCESS_POLICY",
    "CREATE_FUNCTION",
    "CREATE_PROCEDURE",
    "CALL",
    "CREATE_MODEL",
    "EXPORT_MODEL",
    "CREATE_SCHEMA",
    "DROP_SCHEMA",
    "ALTER_PROJECT",
  ])("it is none that gives rights away or leaves the warehouse: %s", async (statementType) => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType }) },
      { ...OWN, allowWrites: true },
    );
    const run = warehouse.runQuery(INSERT, { ...quiet(), asker: WRITER });
    await expect(run).rejects.toMatchObject({ code: "write_not_allowed" });
    expect(standIn.count("insert")).toBe(0);
  });

  it.each([
    { ddlTargetTable: { projectId: "acme", datasetId: "secret", tableId: "t" } },
    { ddlTargetDataset: { projectId: "acme", datasetId: "secret" } },
    { ddlDestinationTable: { projectId: "acme", datasetId: "secret", tableId: "t" } },
  ])("it writes into an open dataset: %j", async (target) => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "CREATE_TABLE", ...target }) },
      { ...OWN, allowWrites: true, allowed: parseAllowedDatasets("shop", "acme") },
    );
    const run = warehouse.runQuery(INSERT, { ...quiet(), asker: WRITER });
    await expect(run).rejects.toMatchObject({ code: "dataset_not_allowed" });
    expect(standIn.count("insert")).toBe(0);
  });

  it("what a writer's dry run found out opens nothing to a reader", async () => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "INSERT" }) },
      { ...OWN, allowWrites: true },
    );
    await warehouse.runQuery(INSERT, { ...quiet(), asker: WRITER });
    await expect(warehouse.runQuery(INSERT, quiet())).rejects.toMatchObject({ code: "write_not_allowed" });
    expect(standIn.count("dryRun")).toBe(1);
    expect(standIn.count("insert")).toBe(1);
  });
});
