import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a run is named when it expects a plan to be refused. */
export const REFUSAL = "refused";

/** One thing that one run of `terraform test` holds true. */
export interface Expectation {
  /** Like `sandbox.tftest.hcl`. */
  readonly file: string;
  readonly run: string;
  /** What an assertion says when it fails, or `REFUSAL`. */
  readonly says: string;
}

/** A test file of Terraform in its parts. */
export interface TestFile {
  /** What all its runs share: the mock of the provider, variables. */
  readonly head: string;
  /** The text of each run by its name. */
  readonly runs: ReadonlyMap<string, string>;
}

/**
 * Parts a test file as `terraform fmt` writes it: a run begins and ends at the line's beginning.
 * @param folder with `tests/` in it
 */
export function readTestFile(folder: string, file: string): TestFile {
  const text = readFileSync(join(folder, "tests", file), "utf8");
  const runs = [...text.matchAll(/^run "(\w+)" \{\n[\s\S]*?^\}\n/gm)];
  const end = runs[0]?.index;
  if (end === undefined) throw new Error(`${file} has no run.`);
  return { head: text.slice(0, end), runs: new Map(runs.map(([block, name = ""]) => [name, block])) };
}

/** Everything that the tests of a folder expect, in their order. */
export function readExpectations(folder: string): readonly Expectation[] {
  const files = readdirSync(join(folder, "tests")).filter((name) => name.endsWith(".tftest.hcl"));
  return files.sort().flatMap((file) =>
    [...readTestFile(folder, file).runs].flatMap(([run, block]) => {
      const messages = [...block.matchAll(/^ +error_message\s+= "(.*)"$/gm)].map(
        ([, message = ""]) => message,
      );
      if (messages.length !== [...block.matchAll(/^ {2}assert \{$/gm)].length)
        throw new Error(`${file}, ${run}: an assertion has no message on one line.`);
      const refusals = /^ {2}expect_failures = /m.test(block) ? [REFUSAL] : [];
      if (messages.length + refusals.length === 0) throw new Error(`${file}, ${run} expects nothing.`);
      return [...messages, ...refusals].map((says) => ({ file, run, says }));
    }),
  );
}
