import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeFull } from "../support/capabilities.ts";
import { TERRAFORM_CHECK } from "../support/capability-catalogue.ts";
import { type Expectation, readExpectations, readTestFile } from "./mutations/read-expectations.ts";
import { applyEdit, readMutations } from "./mutations/read-mutations.ts";
import { runMutated } from "./mutations/run-mutated.ts";
import { copySlimCheck } from "./mutations/slim-check.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Each folder with its tables of mutations, one for a test file. */
const FOLDERS = [
  { folder: "terraform", tables: ["database", "domain", "ops", "query", "sandbox", "security"] },
  { folder: "terraform/bootstrap", tables: ["bootstrap"] },
].map(({ folder, tables }) => ({
  folder,
  path: join(ROOT, folder),
  mutations: tables.flatMap((name) =>
    readMutations(name, `${name === "bootstrap" ? "security" : name}.tftest.hcl`),
  ),
}));

const nameOf = ({ file, run, says }: Expectation) => `${file} ${run}: ${says}`;

describe.each(FOLDERS)("the assertions of $folder", ({ path, mutations }) => {
  it("each have a property to break, and nothing is broken that no assertion holds", () => {
    const expected = readExpectations(path).map(nameOf);
    expect([...new Set(mutations.map(nameOf))].sort()).toEqual([...new Set(expected)].sort());
    expect(expected).toHaveLength(new Set(expected).size);
  });

  it("have properties that are where they are looked for", () => {
    for (const { edits } of mutations) {
      const texts = new Map<string, string>();
      for (const edit of edits) {
        const text = texts.get(edit.file) ?? readFileSync(join(path, edit.file), "utf8");
        texts.set(edit.file, applyEdit(text, edit));
      }
      expect(texts.size).toBeGreaterThan(0);
    }
  });
});

describeFull(["terraform", "terraform-check"], "a property that is broken on purpose", () => {
  let check: string;
  let provider: string;
  beforeAll(() => {
    check = copySlimCheck(
      TERRAFORM_CHECK,
      FOLDERS.map(({ path }) => path),
    );
    provider = join(check, "provider.mjs");
  });
  afterAll(() => rmSync(check, { recursive: true, force: true }));

  describe.each(FOLDERS)("in $folder", ({ path, mutations }) => {
    const files = [...new Set(mutations.map(({ file }) => file))];
    const runs = files.flatMap((file) =>
      [...readTestFile(path, file).runs.keys()].map((run) => ({ file, run })),
    );

    it.each(runs)(
      "turns $file red: $run",
      async ({ file, run }) => {
        const whole = await runMutated(provider, path, { file, run, edits: [] });
        expect(whole).toEqual({ status: "pass", red: [], errors: [] });
        const missed: string[] = [];
        for (const mutation of mutations.filter((one) => one.file === file && one.run === run)) {
          const { red, errors } = await runMutated(provider, path, mutation);
          if (red.includes(mutation.says)) continue;
          missed.push([mutation.says, ...mutation.edits.map(({ from }) => from), ...errors].join(" | "));
        }
        expect(missed).toEqual([]);
      },
      600_000,
    );
  });
});
