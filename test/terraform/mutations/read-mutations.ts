import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Expectation } from "./read-expectations.ts";

/** One piece of text that is replaced. A space in `from` stands for any white space, line ends too. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A property that is broken on purpose, and what must turn red. */
export interface Mutation extends Expectation {
  readonly edits: readonly Edit[];
}

type Table = Readonly<Record<string, Readonly<Record<string, readonly (readonly string[])[]>>>>;

/**
 * Reads the mutations of one test file: run → what it says → mutations, each the triples file, from, to.
 * @param name of the table beside this file, without its ending
 * @param file the test file that it belongs to, like `sandbox.tftest.hcl`
 */
export function readMutations(name: string, file: string): readonly Mutation[] {
  const table: Table = parse(readFileSync(join(import.meta.dirname, `${name}.yaml`), "utf8"));
  return Object.entries(table).flatMap(([run, expected]) =>
    Object.entries(expected).flatMap(([says, mutations]) =>
      mutations.map((words) => ({ file, run, says, edits: toEdits(words) })),
    ),
  );
}

function toEdits(words: readonly string[]): readonly Edit[] {
  if (words.length === 0 || words.length % 3 !== 0)
    throw new Error(`A mutation is file, from, to: ${words.join(", ")}`);
  return Array.from({ length: words.length / 3 }, (_, index) => {
    const [file = "", from = "", to = ""] = words.slice(index * 3, index * 3 + 3);
    return { file, from, to };
  });
}

/** The text with the edit made. @throws Error when what is replaced is not there exactly once */
export function applyEdit(text: string, { file, from, to }: Edit): string {
  const pattern = from
    .split(/ +/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join("\\s+");
  const places = [...text.matchAll(new RegExp(pattern, "g"))];
  if (places.length !== 1)
    throw new Error(`${file} has ${places.length} places with: ${from} (there must be one).`);
  // A function: `$` in the new text is no pattern.
  return text.replace(new RegExp(pattern), () => to);
}
