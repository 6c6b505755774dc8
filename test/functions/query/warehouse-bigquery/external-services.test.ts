import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import {
  type Answer,
  type CallKind,
  errorAnswer,
  jobAnswer,
  type Reply,
} from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const OWN = { authClient: new PassThroughClient(), projectId: "acme" };
const refused = {
  code: "external_not_allowed",
  status: 403,
  message: expect.stringContaining("BIGQUERY_ALLOW_EXTERNAL"),
};

describe("functions that hand rows to other services", () => {
  const statements = [
    "SELECT AI.GENERATE('x')",
    "SELECT ai.if('x', y) FROM d.t",
    "SELECT `AI`.`GENERATE`('x')",
    "SELECT AI /* */ . /* */ GENERATE_BOOL ('x')",
    "SELECT SAFE.AI.GENERATE('x')",
    "SELECT * FROM AI.GENERATE_TABLE(MODEL d.m, TABLE d.t)",
    "SELECT * FROM AI.FORECAST(TABLE d.t, data_col => 'x')",
    "SELECT * FROM ML.GENERATE_TEXT(MODEL d.m, TABLE d.t)",
    "SELECT * FROM ml.generate_embedding(MODEL d.m, TABLE d.t)",
    "SELECT * FROM ML.UNDERSTAND_TEXT(MODEL d.m, TABLE d.t)",
    "SELECT * FROM ML.TRANSLATE(MODEL d.m, TABLE d.t)",
    "SELECT * FROM EXTERNAL_QUERY('p.us.conn', 'SELECT 1')",
    "SELECT (SELECT COUNT(*) FROM `EXTERNAL_QUERY`('c', 'q'))",
    "SELECT OBJ.GET_ACCESS_URL(ref, 'r') FROM d.t",
    "WITH a AS (SELECT AI.SCORE('x') AS s) SELECT * FROM a",
    "CREATE TEMP FUNCTION f(x STRING) AS (AI.GENERATE(x).result); SELECT f('a')",
  ];
  it.each(statements)("are refused before anything is sent: %s", async (sql) => {
    const { standIn, warehouse } = await start();
    await expect(warehouse.runQuery({ ...SELECT, sql }, quiet())).rejects.toMatchObject(refused);
    expect(standIn.calls).toEqual([]);
  });

  it.each(statements)("run when the owner allows it: %s", async (sql) => {
    const { warehouse } = await start({}, { ...OWN, allowExternal: true });
    expect(await warehouse.runQuery({ ...SELECT, sql }, quiet())).toMatchObject({ kind: "rows" });
  });

  it.each([
    "SELECT ai.score FROM d.t AS ai",
    "SELECT 'AI.GENERATE(x)' -- AI.GENERATE(y)",
    "SELECT ML.DISTANCE([1.0], [2.0], 'COSINE')",
    "SELECT * FROM VECTOR_SEARCH(TABLE d.t, 'v', TABLE d.u)",
  ])("others run: %s", async (sql) => {
    const { warehouse } = await start();
    expect(await warehouse.runQuery({ ...SELECT, sql }, quiet())).toMatchObject({ kind: "rows" });
  });
});

describe("functions of a dataset", () => {
  const routine = (name: string) => ({ projectId: "acme", datasetId: "shop", routineId: name });
  const dryRun: Answer = (call) =>
    jobAnswer(call, { statementType: "SELECT", referencedRoutines: [routine("f")] });
  const sql = "SELECT shop.f(1)";
  /** Answers metadata of routines by their name. */
  const routines =
    (known: Readonly<Record<string, unknown>>): Answer =>
    ({ path }): Reply => {
      const body = known[path.split("/").at(-1) ?? ""];
      return body === undefined ? errorAnswer(404, "notFound", "Not found: Routine acme:shop.f") : { body };
    };
  const ask = async (
    known: Readonly<Record<string, unknown>>,
    own: Partial<Record<CallKind, Answer>> = {},
  ) => {
    const { standIn, warehouse } = await start({ dryRun, routine: routines(known), ...own }, OWN);
    return { standIn, warehouse, run: warehouse.runQuery({ ...SELECT, sql }, quiet()) };
  };
  const sqlFunction = (definitionBody: string) => ({ language: "SQL", definitionBody });

  it.each([
    ["a remote function", { f: { remoteFunctionOptions: { endpoint: "https://example.com" } } }],
    ["one in Python", { f: { language: "PYTHON", definitionBody: "def f(): pass" } }],
    ["one on a connection", { f: { language: "SQL", definitionBody: "1", externalRuntimeOptions: {} } }],
    ["one whose SQL calls a model", { f: sqlFunction("AI.GENERATE(CAST(x AS STRING)).result") }],
    ["one that calls a remote function", { f: sqlFunction("shop.g(x)"), g: { remoteFunctionOptions: {} } }],
    ["one that BigQuery does not show", {}],
  ])("are refused: %s", async (_name, known) => {
    const { run, standIn } = await ask(known);
    await expect(run).rejects.toMatchObject(refused);
    expect(standIn.count("insert")).toBe(0);
  });

  it("are refused when BigQuery does not list them, by what the text calls", async () => {
    const { run } = await ask(
      { f: { remoteFunctionOptions: {} } },
      { dryRun: (call) => jobAnswer(call, { statementType: "SELECT" }) },
    );
    await expect(run).rejects.toMatchObject(refused);
  });

  it("that call each other for ever are looked at once each", async () => {
    const { run, standIn } = await ask({ f: sqlFunction("shop.g(x)"), g: sqlFunction("shop.f(x)") });
    expect(await run).toMatchObject({ kind: "rows" });
    expect(standIn.count("routine")).toBe(2);
  });

  it("in SQL and JavaScript run, and are not looked at again while the dry run is remembered", async () => {
    const { run, standIn, warehouse } = await ask({
      f: sqlFunction("shop.g(x) + 1"),
      g: { language: "JAVASCRIPT", definitionBody: "return 1" },
    });
    expect(await run).toMatchObject({ kind: "rows" });
    await warehouse.runQuery({ ...SELECT, sql }, quiet());
    expect(standIn.count("routine")).toBe(2);
  });
});

describe("a model that lives elsewhere", () => {
  const sql = "SELECT * FROM ML.PREDICT(MODEL shop.m, TABLE shop.t)";
  const model =
    (body: unknown): Answer =>
    ({ path }) =>
      path.endsWith("/models/m") ? { body } : errorAnswer(404, "notFound", "Not found");

  it("is refused", async () => {
    const { warehouse, standIn } = await start(
      { other: model({ remoteModelInfo: { endpoint: "gemini" } }) },
      OWN,
    );
    await expect(warehouse.runQuery({ ...SELECT, sql }, quiet())).rejects.toMatchObject(refused);
    expect(standIn.count("insert")).toBe(0);
  });

  it("is not a column that is called model", async () => {
    const { standIn, warehouse } = await start({}, OWN);
    const outcome = await warehouse.runQuery(
      { ...SELECT, sql: "SELECT year, model FROM shop.cars" },
      quiet(),
    );
    expect(outcome).toMatchObject({ kind: "rows" });
    expect(standIn.count("other")).toBe(0);
  });

  it("is not one that was trained here", async () => {
    const { warehouse } = await start({ other: model({ modelType: "LINEAR_REGRESSION" }) }, OWN);
    expect(await warehouse.runQuery({ ...SELECT, sql }, quiet())).toMatchObject({ kind: "rows" });
  });
});
