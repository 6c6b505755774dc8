import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { errorAnswer, jobAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const OPEN = {
  authClient: new PassThroughClient(),
  projectId: "acme",
  allowed: parseAllowedDatasets("shop, other.ga", "acme"),
};
const table = (datasetId: string, tableId = "t", projectId = "acme") => ({ projectId, datasetId, tableId });
const reason = (thrown: unknown): unknown => thrown;

describe("a dataset that is not open", () => {
  it.each([
    "SELECT * FROM secret.salaries",
    "SELECT * FROM `acme.secret.salaries`",
    "SELECT * FROM `acme`.secret.salaries",
    "SELECT * FROM acme.secret.salaries",
    "SELECT * FROM `secret`.`salaries`",
    "SELECT * FROM `\\x73ecret.salaries`",
    "SELECT * FROM ga.events",
    "SELECT * FROM other.shop.orders",
    "SELECT * FROM my-other-project.shop.orders",
    "SELECT * FROM `secret.salaries_*`",
    "SELECT * FROM shop.orders, secret.salaries",
    "SELECT * FROM shop.orders JOIN secret.salaries USING (id)",
    "SELECT * FROM (shop.orders JOIN secret.salaries USING (id))",
    "SELECT (SELECT MAX(pay) FROM secret.salaries)",
    "WITH a AS (SELECT * FROM secret.salaries) SELECT * FROM a",
    "SELECT 1 UNION ALL SELECT pay FROM secret.salaries",
    "SELECT ARRAY(SELECT pay FROM secret.salaries)",
    "SELECT * FROM shop.orders WHERE EXISTS (SELECT 1 FROM secret.salaries)",
    "SELECT 1 /* /* */ FROM secret.salaries -- */",
    "SELECT 1--\nFROM/**/secret/**/./**/salaries",
    "FROM secret.salaries |> SELECT pay",
    "FROM shop.orders |> JOIN secret.salaries USING (id)",
    "SELECT secret.bonus(1)",
    "SELECT * FROM secret.payroll(2024)",
    "SELECT * FROM ML.PREDICT(MODEL secret.model, TABLE shop.orders)",
    "SELECT * FROM VECTOR_SEARCH(TABLE secret.salaries, 'v', TABLE shop.orders)",
    "SELECT * FROM secret.INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM `secret.INFORMATION_SCHEMA.COLUMNS`",
    "INSERT INTO secret.salaries (id) VALUES (1)",
    "CREATE TABLE secret.copy AS SELECT * FROM shop.orders",
    "DROP TABLE secret.salaries",
  ])("is refused before anything is sent: %s", async (sql) => {
    const { standIn, warehouse } = await start({}, OPEN);
    await expect(warehouse.runQuery({ ...SELECT, sql }, quiet())).rejects.toMatchObject({
      code: "dataset_not_allowed",
      status: 403,
    });
    await expect(warehouse.dryRun({ ...SELECT, sql }, quiet())).rejects.toMatchObject({
      code: "dataset_not_allowed",
    });
    expect(standIn.calls).toEqual([]);
  });

  it("is refused as the default dataset", async () => {
    const { standIn, warehouse } = await start({}, OPEN);
    const run = warehouse.runQuery({ ...SELECT, sql: "SELECT * FROM t", defaultDataset: "secret" }, quiet());
    await expect(run).rejects.toMatchObject({ code: "dataset_not_allowed" });
    expect(standIn.calls).toEqual([]);
  });

  it.each([
    "SELECT * FROM shop.orders",
    "SELECT o.items[0].name, address.city FROM `acme.shop.orders` o WHERE o.day > '2024-01-01'",
    "SELECT * FROM other.ga.events",
    "SELECT * FROM `other.ga.events_*`",
    "WITH secret AS (SELECT 1 AS pay) SELECT secret.pay FROM secret",
    "SELECT * FROM shop.orders o, UNNEST(o.items) i",
    "SELECT * FROM shop.orders o, o.items",
    "SELECT EXTRACT(YEAR FROM o.day) FROM shop.orders o",
    "SELECT NET.HOST(url), SAFE.SUBSTR(x, 1), HLL_COUNT.MERGE(h) FROM shop.orders",
    "SELECT shop.discount(1)",
    "SELECT table_name FROM shop.INFORMATION_SCHEMA.TABLES",
    "SELECT 'FROM secret.salaries' AS text",
  ])("open ones are not: %s", async (sql) => {
    const { warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "SELECT", referencedTables: [table("shop")] }) },
      { ...OPEN, allowExternal: true },
    );
    expect(await warehouse.runQuery({ ...SELECT, sql }, quiet())).toMatchObject({ kind: "rows" });
  });
});

describe("what BigQuery says of the statement is judged, too:", () => {
  const facts: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["a table behind a view", { referencedTables: [table("shop"), table("secret")] }],
    ["a dataset of the same name in another project", { referencedTables: [table("shop", "t", "other")] }],
    ["a routine", { referencedRoutines: [{ projectId: "acme", datasetId: "secret", routineId: "f" }] }],
    ["INFORMATION_SCHEMA behind a view", { referencedTables: [table("INFORMATION_SCHEMA", "TABLES")] }],
    [
      "its dataset's own, named in full",
      { referencedTables: [table("secret", "INFORMATION_SCHEMA.TABLES")] },
    ],
    [
      "so many tables that not all are named",
      { referencedTables: Array.from({ length: 50 }, (_, n) => table("shop", `t${n}`)) },
    ],
  ];
  it.each(facts)("%s", async (_name, query) => {
    const { standIn, warehouse } = await start(
      { dryRun: (call) => jobAnswer(call, { statementType: "SELECT", ...query }) },
      OPEN,
    );
    const run = warehouse.runQuery({ ...SELECT, sql: "SELECT * FROM shop.v" }, quiet());
    await expect(run).rejects.toMatchObject({ code: "dataset_not_allowed" });
    expect(standIn.count("insert")).toBe(0);
  });

  it("a table that BigQuery names by halves lets nothing through", async () => {
    const { standIn, warehouse } = await start(
      {
        dryRun: (call) =>
          jobAnswer(call, { statementType: "SELECT", referencedTables: [{ datasetId: "shop" }] }),
      },
      OPEN,
    );
    await expect(warehouse.runQuery({ ...SELECT, sql: "SELECT 1" }, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(standIn.count("insert")).toBe(0);
  });
});

describe("nobody learns whether a closed table exists", () => {
  const trick = { ...SELECT, sql: "SELECT * FROM shop.orders secret, (SELECT * FROM secret.salaries)" };

  it("not even by a text that the first gate cannot tell from an array", async () => {
    const exists = await start(
      {
        dryRun: (call) =>
          jobAnswer(call, { statementType: "SELECT", referencedTables: [table("shop"), table("secret")] }),
      },
      OPEN,
    );
    const notFound = await start(
      {
        dryRun: () =>
          errorAnswer(404, "notFound", "Not found: Table acme:secret.salaries was not found in location EU"),
      },
      OPEN,
    );
    const noColumn = await start(
      {
        dryRun: () =>
          errorAnswer(400, "invalidQuery", "Unrecognized name: pay; Did you mean pay_eur? at [1:8]"),
      },
      OPEN,
    );
    const answers = await Promise.all(
      [exists, notFound, noColumn].map(({ warehouse }) => warehouse.runQuery(trick, quiet()).catch(reason)),
    );
    const [first, ...others] = answers.map((error) =>
      JSON.stringify([Object(error).code, Object(error).message]),
    );
    expect(first).toContain("dataset_not_allowed");
    expect(others).toEqual([first, first]);
  });

  it.each([
    [404, "notFound", "Not found: Table acme:secret.salaries was not found in location EU"],
    [404, "notFound", "Not found: Dataset acme:secret was not found in location EU"],
    [
      403,
      "accessDenied",
      "Access Denied: Table acme:secret.salaries: User does not have permission to query table acme:secret.salaries",
    ],
  ])("nor by Google's words about what a view reads: %i %s", async (status, why, message) => {
    const { warehouse } = await start({ dryRun: () => errorAnswer(status, why, message) }, OPEN);
    const error: unknown = await warehouse
      .runQuery({ ...SELECT, sql: "SELECT * FROM shop.v" }, quiet())
      .catch(reason);
    expect(error).toMatchObject({
      code: "dataset_not_allowed",
      message: expect.not.stringMatching(/secret|salaries/),
    });
  });

  it("while Google's words about open ones are passed on", async () => {
    const message = "Not found: Table acme:shop.order was not found in location EU";
    const { warehouse } = await start({ dryRun: () => errorAnswer(404, "notFound", message) }, OPEN);
    const outcome = await warehouse.runQuery({ ...SELECT, sql: "SELECT * FROM shop.order" }, quiet());
    expect(outcome).toMatchObject({ code: "table_not_found", message: expect.stringContaining(message) });
  });
});
