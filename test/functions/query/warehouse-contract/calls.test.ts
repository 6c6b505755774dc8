import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { twoWarehouses } from "./two-warehouses.fixture.ts";

describeWith("sandbox", "a small statement at BigQuery", () => {
  const two = twoWarehouses({ files: { "d/t.csv": "n\n1\n2\n3\n" } });
  const kindsSince = (start: number) =>
    two
      .bigquery()
      .calls.slice(start)
      .map(({ kind }) => kind);

  it("takes three calls, and two once its dry run is remembered; what it answers stays the same", async () => {
    const sql = "SELECT SUM(n) AS total FROM d.t WHERE n > ?";
    const ask = (value: string) =>
      two.ask("bigquery", sql, { parameters: [{ name: null, type: { type: "INT64" }, value }] });
    expect(await ask("0")).toMatchObject({
      rows: [{ total: 6 }],
      cacheHit: false,
      bytesBilled: 10 * 2 ** 20,
    });
    expect(kindsSince(0)).toEqual(["dryRun", "insert", "results"]);
    const second = two.bigquery().calls.length;
    expect(await ask("1")).toMatchObject({ rows: [{ total: 5 }], cacheHit: false });
    expect(kindsSince(second)).toEqual(["insert", "results"]);
    const third = two.bigquery().calls.length;
    expect(await ask("0")).toMatchObject({ rows: [{ total: 6 }], cacheHit: true, bytesBilled: 0 });
    expect(kindsSince(third)).toEqual(["insert", "results"]);
  });

  it("has what it bills as BigQuery's own job has it", async () => {
    const page = await two.ask("bigquery", "SELECT MAX(n) AS m FROM d.t");
    const [job] = two.bigquery().jobs().slice(-1);
    expect(job?.analysis?.bytes).toBe(8);
    expect(page).toMatchObject({ bytesProcessed: 8, bytesBilled: 10 * 2 ** 20 });
  });
});
