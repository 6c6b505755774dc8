import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

const SELECTS: readonly (readonly [what: string, sql: string, tables: readonly string[]])[] = [
  ["a table", "SELECT n FROM d.t", ["acme.d.t"]],
  ["two tables", "SELECT t.n, u.s FROM d.t AS t JOIN d.u AS u USING (n)", ["acme.d.t", "acme.d.u"]],
  ["a table behind WITH", "WITH t AS (SELECT * FROM d.t) SELECT n FROM t", ["acme.d.t"]],
  ["a table in a subquery", "SELECT (SELECT MAX(n) FROM d.u) AS n", ["acme.d.u"]],
  ["no table", "SELECT 1 AS n", []],
];

describeWith("sandbox", "a dry run", () => {
  const two = twoWarehouses({ files: { "d/t.csv": "n\n1\n2\n", "d/u.csv": "n,s\n1,a\n" } });

  it.each(SELECTS)(
    "of %s names the same tables and columns in both, and runs nothing",
    async (_what, sql, tables) => {
      for (const adapter of ADAPTERS) {
        const answer = await two.dryRun(adapter, sql);
        if (answer.kind !== "dry-run") throw new Error(`${adapter}: ${answer.message}`);
        const named = answer.tables.map(({ project, dataset, table }) => `${project}.${dataset}.${table}`);
        expect([adapter, answer.statementType, named.toSorted()]).toEqual([adapter, "SELECT", tables]);
        expect([adapter, answer.schema[0]]).toEqual([
          adapter,
          { name: "n", type: "INT64", mode: "NULLABLE" },
        ]);
      }
      expect(two.bigquery().jobs()).toEqual([]);
    },
  );

  it("of a table names its bytes in both", async () => {
    const [one, other] = await Promise.all(ADAPTERS.map((name) => two.dryRun(name, "SELECT * FROM d.t")));
    expect([one, other]).toMatchObject([{ bytesProcessed: 6 }, { bytesProcessed: 6, estimatedCostUsd: 0 }]);
  });

  it.each([
    ["that does not parse", "SELEC 1", "invalid_query"],
    ["over a table that is not there", "SELECT * FROM d.nothing", "table_not_found"],
  ])("of a statement %s is the failure that running it would be", async (_what, sql, code) => {
    for (const adapter of ADAPTERS)
      expect([adapter, await two.dryRun(adapter, sql)]).toMatchObject([adapter, { kind: "failure", code }]);
  });
});
