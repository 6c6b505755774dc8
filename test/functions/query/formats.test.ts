import { describe, expect, it } from "@jest/globals";
import { resultsOf } from "../../support/bigquery/stand-in.ts";
import { serveBigquery } from "./serve-query.fixture.ts";

/** Columns in BigQuery's form of a schema. */
const FIELDS: Parameters<typeof resultsOf>[0] = [
  { name: "id", type: "INTEGER", mode: "REQUIRED", description: "Number of the order" },
  { name: "name", type: "STRING" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
  { name: "who", type: "RECORD", fields: [{ name: "age", type: "INTEGER" }] },
];

const cell = (v: unknown) => ({ v });
const ROWS = [
  ["1", "plain", [cell("a"), cell("b")], { f: [cell("36")] }],
  ["2", 'says "x", twice\r\n', [], null],
  ["3", "", [], { f: [cell(null)] }],
  ["4", null, [], null],
];

async function ask(
  format: string | undefined,
  rows: readonly (readonly unknown[])[] = ROWS,
  fields = FIELDS,
) {
  const { query } = await serveBigquery({ results: resultsOf(fields, () => rows) });
  return (await query({ sql: "SELECT * FROM d.t", ...(format === undefined ? {} : { format }) })).body;
}

describe("the format of an answer", () => {
  it("is rows unless told otherwise", async () => {
    const body = await ask(undefined);
    expect(body.data).toEqual([
      { id: 1, name: "plain", tags: ["a", "b"], who: { age: 36 } },
      { id: 2, name: 'says "x", twice\r\n', tags: [], who: null },
      { id: 3, name: "", tags: [], who: { age: null } },
      { id: 4, name: null, tags: [], who: null },
    ]);
    expect(body).not.toHaveProperty("columns");
    expect(body).not.toHaveProperty("csv");
  });

  it("columns holds the cells of each column in the order of the rows", async () => {
    const body = await ask("columns");
    expect(body).toMatchObject({ data: [], row_count: 4, total_rows: 4 });
    expect(body.columns).toEqual({
      id: [1, 2, 3, 4],
      name: ["plain", 'says "x", twice\r\n', "", null],
      tags: [["a", "b"], [], [], []],
      who: [{ age: 36 }, null, { age: null }, null],
    });
  });

  it("csv is RFC 4180 with a header: NULL is empty, an empty text is not, lists and objects are JSON", async () => {
    const body = await ask("csv");
    expect(body).toMatchObject({ data: [], row_count: 4 });
    expect(body.csv).toBe(
      [
        "id,name,tags,who",
        '1,plain,"[""a"",""b""]","{""age"":36}"',
        '2,"says ""x"", twice\r\n",[],',
        '3,"",[],"{""age"":null}"',
        "4,,[],",
        "",
      ].join("\r\n"),
    );
  });

  it.each([
    ["rows", { data: [] }],
    ["columns", { data: [], columns: { id: [], name: [], tags: [], who: [] } }],
    ["csv", { data: [], csv: "id,name,tags,who\r\n" }],
  ])("%s of no rows still has the columns", async (format, expected) => {
    expect(await ask(format, [])).toMatchObject({ success: true, row_count: 0, total_rows: 0, ...expected });
  });

  it("keeps a column with a name of JavaScript's own", async () => {
    const fields = [{ name: "__proto__", type: "STRING" }] as typeof FIELDS;
    const { columns } = await ask("columns", [["x"]], fields);
    expect(Object.entries(columns)).toEqual([["__proto__", ["x"]]]);
    expect((await ask("csv", [["x"]], fields)).csv).toBe("__proto__\r\nx\r\n");
  });

  it("keeps fields of one name in an object apart", async () => {
    const pair = [
      { name: "a", type: "INTEGER" },
      { name: "a", type: "STRING" },
      { name: "a_1", type: "STRING" },
    ];
    const fields = [{ name: "r", type: "RECORD", fields: pair }];
    const body = await ask("rows", [[{ f: [cell("1"), cell("x"), cell("y")] }]], fields);
    expect(body.data).toEqual([{ r: { a: 1, a_2: "x", a_1: "y" } }]);
    expect(body.schema[0].fields.map(({ name }: { readonly name: string }) => name)).toEqual([
      "a",
      "a_2",
      "a_1",
    ]);
  });
});

describe("the schema of an answer", () => {
  it("names GoogleSQL's types, modes, descriptions and fields", async () => {
    expect((await ask("rows")).schema).toEqual([
      { name: "id", type: "INT64", mode: "REQUIRED", description: "Number of the order" },
      { name: "name", type: "STRING", mode: "NULLABLE" },
      { name: "tags", type: "STRING", mode: "REPEATED" },
      {
        name: "who",
        type: "STRUCT",
        mode: "NULLABLE",
        fields: [{ name: "age", type: "INT64", mode: "NULLABLE" }],
      },
    ]);
  });

  it("of a failure is empty", async () => {
    const { query } = await serveBigquery({ results: () => ({ status: 400, body: FAILURE }) });
    expect((await query({ sql: "SELECT * FROM d.t", format: "csv" })).body).toMatchObject({
      success: false,
      code: "invalid_query",
      data: [],
      schema: [],
      next_page_token: null,
      bytes_processed: null,
      query_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

const FAILURE = {
  error: {
    code: 400,
    message: "Syntax error",
    errors: [{ reason: "invalidQuery", message: "Syntax error" }],
  },
};
