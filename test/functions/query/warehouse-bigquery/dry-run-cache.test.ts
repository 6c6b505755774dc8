import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type { QueryParameter, Statement } from "#functions/query/warehouse/warehouse.ts";
import { createDryRunCache } from "#functions/query/warehouse/warehouse-bigquery/gates/dry-run-cache.ts";
import type { DryRunFacts } from "#functions/query/warehouse/warehouse-bigquery/gates/dry-run-facts.ts";
import { errorAnswer, jobAnswer, type Reply } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const number = (value: string): QueryParameter => ({ name: "n", type: { type: "INT64" }, value });

describe("a dry run is remembered", () => {
  it("so that a small query makes two REST calls", async () => {
    const { standIn, warehouse } = await start();
    await warehouse.runQuery(SELECT, quiet());
    const before = standIn.calls.length;
    await warehouse.runQuery(SELECT, quiet());
    expect(standIn.calls.slice(before).map(({ kind }) => kind)).toEqual(["insert", "results"]);
  });

  it("whatever the values of the parameters are", async () => {
    const { standIn, warehouse } = await start();
    for (const value of ["1", "2"])
      await warehouse.runQuery({ ...SELECT, parameters: [number(value)] }, quiet());
    expect(standIn.count("dryRun")).toBe(1);
  });

  const others: readonly (readonly [string, Partial<Statement>])[] = [
    ["text", { sql: `${SELECT.sql} ` }],
    ["default dataset", { defaultDataset: "other.d" }],
    ["parameter", { parameters: [number("1")] }],
    ["parameter's name", { parameters: [{ ...number("1"), name: "m" }] }],
    ["parameter's type", { parameters: [{ ...number("1"), type: { type: "STRING" } }] }],
    [
      "type of an array's elements",
      { parameters: [{ name: "n", type: { type: "ARRAY", arrayType: { type: "INT64" } }, value: [] }] },
    ],
  ];
  it.each(others)("and not taken for one of another %s", async (_what, other) => {
    const { standIn, warehouse } = await start();
    await warehouse.runQuery(SELECT, quiet());
    await warehouse.runQuery({ ...SELECT, ...other }, quiet());
    expect(standIn.count("dryRun")).toBe(2);
  });

  it("but not a failure, which may be mended", async () => {
    const { standIn, warehouse } = await start({
      dryRun: (call, n) =>
        n === 0
          ? errorAnswer(404, "notFound", "Not found: Table p:d.t")
          : jobAnswer(call, { statementType: "SELECT" }),
    });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ code: "table_not_found" });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ kind: "rows" });
    expect(standIn.count("dryRun")).toBe(2);
  });

  it("nor that it reads too much, when another value may read less", async () => {
    const bytes = (call: Parameters<typeof jobAnswer>[0], totalBytesProcessed: string): Reply => {
      const { body } = { body: Object(jobAnswer(call, { statementType: "SELECT" })).body };
      return { body: { ...body, statistics: { ...body.statistics, totalBytesProcessed } } };
    };
    const { warehouse } = await start({
      dryRun: (call, n) => bytes(call, n === 0 ? String(2 ** 40) : "1024"),
    });
    const ask = (value: string) => warehouse.runQuery({ ...SELECT, parameters: [number(value)] }, quiet());
    expect(await ask("1")).toMatchObject({ code: "bytes_limit_exceeded" });
    expect(await ask("2")).toMatchObject({ kind: "rows" });
  });
});

describe("the memory of dry runs", () => {
  const facts = { statementType: "SELECT" } as DryRunFacts;
  const question = { statement: SELECT, project: "p", location: "EU", dataset: "d", cap: 1 };

  it("tells projects, locations and caps apart", () => {
    const cache = createDryRunCache();
    cache.set(question, facts);
    expect(cache.get({ ...question })).toBe(facts);
    const others = [
      { project: "q" },
      { location: "US" },
      { location: undefined },
      { dataset: undefined },
      { cap: 2 },
    ];
    for (const other of others) expect(cache.get({ ...question, ...other })).toBeUndefined();
  });

  it("forgets after a minute", () => {
    let now = 0;
    const cache = createDryRunCache(() => now);
    cache.set(question, facts);
    now = 59_999;
    expect(cache.get(question)).toBe(facts);
    now = 60_000;
    expect(cache.get(question)).toBeUndefined();
  });

  it("keeps five hundred at most, the newest", () => {
    const cache = createDryRunCache();
    const nth = (n: number) => ({ ...question, statement: { ...SELECT, sql: `SELECT ${n}` } });
    for (let n = 0; n <= 500; n += 1) cache.set(nth(n), facts);
    expect(cache.get(nth(0))).toBeUndefined();
    expect(cache.get(nth(1))).toBe(facts);
    expect(cache.get(nth(500))).toBe(facts);
  });
});

describe("what a statement costs", () => {
  const sized = (bytes: string) => ({
    dryRun: (call: Parameters<typeof jobAnswer>[0]): Reply => {
      const { body } = Object(
        jobAnswer(call, {
          statementType: "SELECT",
          referencedTables: [{ projectId: "p", datasetId: "d", tableId: "t" }],
        }),
      );
      return { body: { ...body, statistics: { ...body.statistics, totalBytesProcessed: bytes } } };
    },
  });

  it("is refused beyond the cap before it runs, with both sizes and what to do", async () => {
    const { standIn, warehouse } = await start(sized(String(3 * 2 ** 40)));
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toMatchObject({ kind: "failure", code: "bytes_limit_exceeded" });
    expect(outcome).toHaveProperty("message", expect.stringMatching(/3 TiB.*10 GiB.*filter on the column/));
    expect(standIn.count("insert")).toBe(0);
  });

  it("is told by a dry run, beyond the cap, too, and nothing runs", async () => {
    const { standIn, warehouse } = await start(sized(String(3 * 2 ** 40)));
    expect(await warehouse.dryRun(SELECT, quiet())).toEqual({
      kind: "dry-run",
      statementType: "SELECT",
      tables: [{ project: "p", dataset: "d", table: "t" }],
      bytesProcessed: 3 * 2 ** 40,
      estimatedCostUsd: 18.75,
      schema: [],
    });
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun"]);
  });

  it.each([
    [{ totalBytesProcessed: "0" }, 0, 0],
    [{ totalBytesProcessed: "1" }, 10 * 2 ** 20, 0.00006],
    [{ totalBytesProcessed: String(2 ** 40) }, 2 ** 40, 6.25],
    [{ totalBytesProcessed: String(2 ** 40), cacheHit: true }, 0, 0],
  ])("is billed as Google rounds it: %j", async (results, bytesBilled, estimatedCostUsd) => {
    const { warehouse } = await start({
      ...sized("1"),
      results: () => ({
        body: {
          jobComplete: true,
          totalRows: "0",
          schema: { fields: [{ name: "n", type: "INTEGER" }] },
          ...results,
        },
      }),
    });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ bytesBilled, estimatedCostUsd });
  });

  it("follows the owner's price", async () => {
    const { warehouse } = await start(sized(String(2 ** 40)), {
      authClient: new PassThroughClient(),
      projectId: "p",
      pricePerTib: 8,
    });
    expect(await warehouse.dryRun(SELECT, quiet())).toMatchObject({ estimatedCostUsd: 8 });
  });
});
