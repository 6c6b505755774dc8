import { describe, expect, it } from "@jest/globals";
import { jobAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

describe("the dry run is the gate:", () => {
  it.each(["INSERT", "DELETE", "CREATE_TABLE_AS_SELECT", "EXPORT_DATA", "CALL", "SELECT_INTO"])(
    "%s is refused and never sent as a real job",
    async (statementType) => {
      const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call, { statementType }) });
      const run = warehouse.runQuery({ ...SELECT, sql: "INSERT d.t VALUES (1)" }, quiet());
      await expect(run).rejects.toMatchObject({
        code: "write_not_allowed",
        message: expect.stringContaining(statementType),
      });
      expect(standIn.count("insert")).toBe(0);
    },
  );

  it("a script is refused as several statements", async () => {
    const { standIn, warehouse } = await start({
      dryRun: (call) => jobAnswer(call, { statementType: "SCRIPT" }),
    });
    const run = warehouse.runQuery({ ...SELECT, sql: "SELECT 1; DROP TABLE d.t" }, quiet());
    await expect(run).rejects.toMatchObject({ code: "multiple_statements" });
    expect(standIn.count("insert")).toBe(0);
  });

  it("a dry run that names no type lets nothing through", async () => {
    const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call) });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(standIn.count("insert")).toBe(0);
  });
});
