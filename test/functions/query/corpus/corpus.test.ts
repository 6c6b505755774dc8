import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { type CorpusServer, startCorpusServer } from "./ask-corpus.ts";
import { type CorpusQuery, readCorpus } from "./corpus.ts";
import { judge, type Verdict } from "./judge.ts";

describeWith("sandbox", "the embedded warehouse over the corpus of GoogleSQL", () => {
  let corpus: CorpusServer;
  beforeAll(async () => {
    corpus = await startCorpusServer();
  }, 60_000);
  afterAll(() => corpus.server.stop());

  const queries = readCorpus();
  const verdicts = new Map<CorpusQuery, Verdict>();

  it.each(queries.map((query): [string, CorpusQuery] => [`${query.list}: ${query.sql}`, query]))(
    "%s",
    async (_title, query) => {
      const answer = await corpus.ask(query);
      const verdict = judge(query, answer);
      verdicts.set(query, verdict);
      const { body } = answer;
      const shown = body.success === true ? body.data : body.error;
      expect({ verdict, shown }).toEqual({ verdict: expect.stringMatching(/^(right|refused)$/), shown });
    },
  );

  it("answers at least 97 in 100 rightly, and refuses the others", () => {
    const right = [...verdicts.values()].filter((verdict) => verdict === "right").length;
    expect(right / queries.length).toBeGreaterThanOrEqual(0.97);
  });
});

describe("the judge of the corpus", () => {
  const query: CorpusQuery = {
    list: "x",
    sql: "x",
    rows: [
      [1, "a"],
      [2, null],
    ],
  };
  const answer = (data: readonly Record<string, unknown>[]) => ({
    status: 200,
    body: { success: true, data },
  });

  it.each([
    [
      "another value",
      [
        { x: 1, y: "a" },
        { x: 3, y: null },
      ],
    ],
    [
      "a text for null",
      [
        { x: 1, y: "a" },
        { x: 2, y: "null" },
      ],
    ],
    ["a row too few", [{ x: 1, y: "a" }]],
    [
      "a row twice",
      [
        { x: 1, y: "a" },
        { x: 1, y: "a" },
      ],
    ],
    [
      "a column more",
      [
        { x: 1, y: "a", z: 1 },
        { x: 2, y: null, z: 1 },
      ],
    ],
  ])("calls %s wrong", (_what, data) => {
    expect(judge(query, answer(data))).toBe("wrong");
  });

  it("lets rows come in any order unless the order matters", () => {
    const data = [
      { x: 2, y: null },
      { x: 1, y: "a" },
    ];
    expect(judge(query, answer(data))).toBe("right");
    expect(judge({ ...query, ordered: true }, answer(data))).toBe("wrong");
  });

  it("calls an answer wrong where a refusal is due, and a refusal right", () => {
    const refused: CorpusQuery = { list: "x", sql: "x", refused: true };
    expect(judge(refused, answer([{ x: 1 }]))).toBe("wrong");
    expect(judge(refused, { status: 200, body: { success: false, code: "unsupported_sql" } })).toBe("right");
    expect(judge(query, { status: 200, body: { success: false, code: "unsupported_sql" } })).toBe("refused");
    expect(judge(query, { status: 200, body: { success: false, code: "query_failed" } })).toBe("failed");
  });
});
