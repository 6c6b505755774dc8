import type { Tally } from "./run-programs.ts";

/** Prints what became of many programs, and what went wrong with them. */
export function tellTally(
  title: string,
  { outcomes, faults }: Tally,
  troubles: ReadonlyMap<string, number>,
): void {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `  ${count} x ${name}`);
  const lines = [title, ...list(outcomes), "what went wrong:", ...list(troubles)];
  if (faults.length > 0) lines.push("what must not be:", ...faults.map((fault) => `  ${fault}`));
  process.stdout.write(`${lines.join("\n")}\n`);
}
