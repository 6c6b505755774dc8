import { describe, expect, it } from "@jest/globals";
import { serveBigquery } from "./serve-query.fixture.ts";

/** What BigQuery is sent for the parameters of a request. */
async function sent(params: unknown): Promise<unknown> {
  const { query, standIn } = await serveBigquery();
  const { body } = await query({ sql: "SELECT 1", params });
  expect(body).toMatchObject({ success: true });
  const wire = standIn.calls.find(({ kind }) => kind === "insert")?.body as {
    readonly configuration: { readonly query: Record<string, unknown> };
  };
  expect(wire.configuration.query["parameterMode"]).toBe(Array.isArray(params) ? "POSITIONAL" : "NAMED");
  return wire.configuration.query["queryParameters"];
}

const scalar = (type: string, value: string) => ({
  parameterType: { type },
  parameterValue: { value },
});

describe("parameters whose types are inferred", () => {
  it.each([
    ["a boolean", true, scalar("BOOL", "true")],
    ["an integer", 42, scalar("INT64", "42")],
    ["the largest safe integer", 2 ** 53 - 1, scalar("INT64", "9007199254740991")],
    ["a fraction", 1.5, scalar("FLOAT64", "1.5")],
    ["a text", 'Ada\'s "x"\n', scalar("STRING", 'Ada\'s "x"\n')],
    ["an empty text", "", scalar("STRING", "")],
    ["null", null, { parameterType: { type: "STRING" }, parameterValue: {} }],
    [
      "a list",
      [1, 2.5, null],
      {
        parameterType: { type: "ARRAY", arrayType: { type: "FLOAT64" } },
        parameterValue: { arrayValues: [{ value: "1" }, { value: "2.5" }, {}] },
      },
    ],
    [
      "an object",
      { a: 1, b: { c: ["x"] } },
      {
        parameterType: {
          type: "STRUCT",
          structTypes: [
            { name: "a", type: { type: "INT64" } },
            {
              name: "b",
              type: {
                type: "STRUCT",
                structTypes: [{ name: "c", type: { type: "ARRAY", arrayType: { type: "STRING" } } }],
              },
            },
          ],
        },
        parameterValue: {
          structValues: {
            a: { value: "1" },
            b: { structValues: { c: { arrayValues: [{ value: "x" }] } } },
          },
        },
      },
    ],
  ])("%s, by name and by place", async (_what, value, expected) => {
    expect(await sent({ x: value })).toEqual([{ name: "x", ...expected }]);
    expect(await sent([value])).toEqual([expected]);
  });

  it("takes objects of one list whose fields come in another order, or are null", async () => {
    const [parameter] = (await sent([
      [
        { a: 1, b: null },
        { b: "x", a: 2.5 },
      ],
    ])) as [{ readonly parameterType: unknown; readonly parameterValue: unknown }];
    expect(parameter.parameterType).toMatchObject({
      arrayType: {
        structTypes: [
          { name: "a", type: { type: "FLOAT64" } },
          { name: "b", type: { type: "STRING" } },
        ],
      },
    });
    expect(parameter.parameterValue).toEqual({
      arrayValues: [
        { structValues: { a: { value: "1" }, b: {} } },
        { structValues: { a: { value: "2.5" }, b: { value: "x" } } },
      ],
    });
  });
});

describe("parameters that say their type", () => {
  it.each([
    ["DATE", "2024-02-29", "DATE", "2024-02-29"],
    ["int64", "9007199254740993", "INT64", "9007199254740993"],
    ["INTEGER", 5, "INT64", "5"],
    ["NUMERIC", "12.50", "NUMERIC", "12.50"],
    ["decimal", 12.5, "NUMERIC", "12.5"],
    ["FLOAT64", "-Infinity", "FLOAT64", "-Infinity"],
    ["FLOAT64", 3, "FLOAT64", "3"],
    ["BOOLEAN", "TRUE", "BOOL", "true"],
    ["BYTES", "AP8=", "BYTES", "AP8="],
    ["TIME", "23:59:59.999999", "TIME", "23:59:59.999999"],
    ["DATETIME", "2026-01-31T09:30:00", "DATETIME", "2026-01-31T09:30:00"],
    ["TIMESTAMP", "2026-01-31 09:30:00+02:00", "TIMESTAMP", "2026-01-31 09:30:00+02:00"],
    ["TIMESTAMP", "2026-01-31", "TIMESTAMP", "2026-01-31"],
    ["JSON", { a: [1] }, "JSON", '{"a":[1]}'],
    ["JSON", '{"a": 1}', "JSON", '{"a": 1}'],
    [
      "JSON",
      `${"[".repeat(500)}"[[{"${"]".repeat(500)}`,
      "JSON",
      `${"[".repeat(500)}"[[{"${"]".repeat(500)}`,
    ],
  ])("%s %j", async (type, value, name, text) => {
    expect(await sent([{ type, value }])).toEqual([scalar(name, text)]);
  });

  it.each([
    ["an empty list", { type: "ARRAY<INT64>", value: [] }, { arrayValues: [] }],
    ["null as a list", { type: " array < date > ", value: null }, {}],
    [
      "fields called type and value",
      { type: "STRUCT<type STRING, value INT64>", value: { type: "DATE", value: 1 } },
      { structValues: { type: { value: "DATE" }, value: { value: "1" } } },
    ],
    [
      "a field that is left out",
      { type: "STRUCT<a INT64, b ARRAY<STRING>>", value: { b: ["x"] } },
      { structValues: { a: {}, b: { arrayValues: [{ value: "x" }] } } },
    ],
  ])("%s", async (_what, value, expected) => {
    expect(await sent([value])).toMatchObject([{ parameterValue: expected }]);
  });

  it("says it inside a list and an object too", async () => {
    const day = { type: "DATE", value: "2026-01-31" };
    expect(await sent({ days: [day, null], one: { day } })).toMatchObject([
      {
        parameterType: { arrayType: { type: "DATE" } },
        parameterValue: { arrayValues: [{ value: day.value }, {}] },
      },
      { parameterType: { structTypes: [{ type: { type: "DATE" } }] } },
    ]);
  });
});

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
const nested = (levels: number) => `${"[".repeat(levels)}"[\\"["${"]".repeat(levels)}`;
const typed = (type: string, value: unknown) => [{ type, value }];

describe("parameters that are out of form are refused before anything runs:", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["a list of texts and numbers", { x: ["a", 1] }, "/params/x", /mixes types/],
    ["a list of objects with other fields", { x: [{ a: 1 }, { b: 1 }] }, "/params/x", /mixes types/],
    ["an empty list", { x: [] }, "/params/x", /ARRAY<INT64>/],
    ["a list of lists", { x: [[1]] }, "/params/x", /array of arrays/],
    [
      "a type that is an array of arrays",
      typed("ARRAY<ARRAY<INT64>>", []),
      "/params/0/type",
      /array of arrays/,
    ],
    ["an empty object", { x: {} }, "/params/x", /without fields/],
    ["an integer that JSON cannot hold", [2 ** 53], "/params/0", /INT64.*in quotes/],
    ["a number of many digits", [1e300], "/params/0", /FLOAT64/],
    ["a name with an @", { "@x": 1 }, "/params", /no @/],
    ["an empty name", { "": 1 }, "/params", /name/],
    ["a name of 129 characters", { ["x".repeat(129)]: 1 }, "/params", /128/],
    ["names that differ in case alone", { day: 1, Day: 2 }, "/params", /case/],
    ["fields that differ in case alone", [{ a: 1, A: 2 }], "/params/0", /case/],
    ["values five deep", [deep(4)], "/params/0/a/a/a/a", /4 deep/],
    [
      "a type five deep",
      typed("STRUCT<a STRUCT<b STRUCT<c STRUCT<d INT64>>>>", null),
      "/params/0/type",
      /4 deep/,
    ],
    ["10,001 elements", [new Array(10_001).fill(1)], "/params/0", /10000/],
    ["a type that is none", typed("VARCHAR", "x"), "/params/0/type", /write BOOL, INT64/],
    ["a type with a length", typed("STRING(3)", "x"), "/params/0/type", /write BOOL/],
    ["half a type", typed("ARRAY<INT64", []), "/params/0/type", /write BOOL/],
    ["more than a type", typed("INT64>", 1), "/params/0/type", /write BOOL/],
    ["an injected type", typed("INT64); DROP TABLE x", 1), "/params/0/type", /write BOOL/],
    ["a type without end", typed("ARRAY<".repeat(5000), 1), "/params/0/type", /write BOOL/],
    ["a struct's type without names", typed("STRUCT<INT64>", null), "/params/0/type", /write BOOL/],
    ["a day that is none", typed("DATE", "2026-02-29"), "/params/0/value", /2026-01-31/],
    ["a day of another form", typed("DATE", "31.01.2026"), "/params/0/value", /2026-01-31/],
    ["an hour that is none", typed("TIME", "24:00:00"), "/params/0/value", /09:30:00/],
    [
      "a zone by its name",
      typed("TIMESTAMP", "2026-01-31 09:30:00 Europe/Oslo"),
      "/params/0/value",
      /\+02:00/,
    ],
    [
      "an offset without its colon",
      typed("TIMESTAMP", "2026-01-31 09:30:00+0200"),
      "/params/0/value",
      /\+02:00/,
    ],
    ["an offset without a time of day", typed("TIMESTAMP", "2026-01-31+02:00"), "/params/0/value", /\+02:00/],
    ["a fraction as INT64", typed("INT64", 1.5), "/params/0/value", /integer/],
    ["an INT64 beyond 2^63", typed("INT64", "9223372036854775808"), "/params/0/value", /2\^63/],
    ["a text as NUMERIC", typed("NUMERIC", "12,50"), "/params/0/value", /number/],
    ["a text as FLOAT64", typed("FLOAT64", "x"), "/params/0/value", /number/],
    ["a number as STRING", typed("STRING", 5), "/params/0/value", /string/],
    ["a number as BOOL", typed("BOOL", 1), "/params/0/value", /true or false/],
    ["broken base64", typed("BYTES", "AP8"), "/params/0/value", /base64/],
    ["broken JSON", typed("JSON", "{"), "/params/0/value", /JSON/],
    ["JSON of 501 levels", typed("JSON", nested(501)), "/params/0/value", /500 levels/],
    ["one value as ARRAY", typed("ARRAY<INT64>", 1), "/params/0/value", /list/],
    ["a wrong element", typed("ARRAY<DATE>", ["2026-01-31", "x"]), "/params/0/value/1", /2026-01-31/],
    ["a list as STRUCT", typed("STRUCT<a INT64>", [1]), "/params/0/value", /fields a/],
    ["a field too many", typed("STRUCT<a INT64>", { a: 1, b: 2 }), "/params/0/value", /no other/],
  ])("%s", async (_what, params, path, message) => {
    const { query, standIn } = await serveBigquery();
    const { status, body } = await query({ sql: "SELECT 1", params });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.error).toMatch(message);
    expect(body.details).toEqual([{ path, rule: "parameter", message: expect.any(String) }]);
    expect(standIn.calls).toEqual([]);
  });

  it("101 of them, and a text in their place", async () => {
    const { query } = await serveBigquery();
    for (const params of [
      new Array(101).fill(1),
      Object.fromEntries(new Array(101).fill(0).map((_, i) => [`p${i}`, i])),
      "x",
    ]) {
      expect(await query({ sql: "SELECT 1", params })).toMatchObject({
        status: 400,
        body: { code: "validation_failed", details: [{ path: "/params" }] },
      });
    }
  });

  it("JSON of 100,000 levels, also as a value", async () => {
    const { query } = await serveBigquery();
    for (const params of [`[{"type":"JSON","value":${nested(100_000)}}]`, `[${nested(100_000)}]`]) {
      const { status, body } = await query(`{"sql":"SELECT 1","params":${params}}`);
      expect([status, body.code]).toEqual([400, "validation_failed"]);
    }
  });

  it("an unpaired surrogate", async () => {
    const { query } = await serveBigquery();
    expect(await query({ sql: "SELECT 1", params: ["\ud83d"] })).toMatchObject({ status: 400 });
  });
});

describe("the default dataset", () => {
  it.each([
    ["sales", { datasetId: "sales" }],
    ["other-project.sales", { projectId: "other-project", datasetId: "sales" }],
    ["example.com:old.sales", { projectId: "example.com:old", datasetId: "sales" }],
  ])("%s is that of the dry run and of the job", async (dataset, expected) => {
    const { query, standIn } = await serveBigquery();
    await query({ sql: "SELECT * FROM t", dataset });
    for (const call of standIn.calls.slice(0, 2)) {
      expect(call.body).toMatchObject({ configuration: { query: { defaultDataset: expected } } });
    }
  });
});
