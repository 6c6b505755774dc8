import { describe, expect, it } from "@jest/globals";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { checkNames } from "#functions/query/warehouse/warehouse-bigquery/gates/check-names.ts";
import { namesOfStatement } from "#functions/query/warehouse/warehouse-bigquery/gates/names-of-statement.ts";
import { FIXTURE_PROJECT, readCorpus } from "../corpus/corpus.ts";

/** Reads that need a dataset to themselves or tell of a project. */
const ELSEWHERE = /\bsecret\b|SCHEMATA/i;

describe("the first gate, over the statements of the corpus", () => {
  const statements = readCorpus().map(({ sql }) => sql);
  const refused = (open: string) => {
    const allowed = parseAllowedDatasets(open, FIXTURE_PROJECT);
    const defaultDataset = { project: null, dataset: "shop" };
    return statements.filter((sql) => {
      try {
        checkNames(namesOfStatement(sql), { allowed, allowExternal: false, defaultDataset });
        return false;
      } catch {
        return true;
      }
    });
  };

  it("refuses none of more than three hundred when what they read is open", () => {
    expect(statements.length).toBeGreaterThan(300);
    expect(refused("shop,ga").filter((sql) => !ELSEWHERE.test(sql))).toEqual([]);
  });

  it("refuses each that names a table of the events when only the shop is open", () => {
    const named = statements.filter((sql) => /\bga`?\.|`ga\.|\.ga\./.test(sql));
    expect(named.length).toBeGreaterThan(5);
    expect(refused("shop")).toEqual(expect.arrayContaining(named));
  });
});
