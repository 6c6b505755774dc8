import { CAPABILITIES, FULL_ONLY_MARK, NOT_RUN_MARK } from "./capability-catalogue.ts";

/**
 * Closes a run: lists the suites that did not run and what they need, then counts on a line of its own, "N passed, N failed",
 * which needs no knowledge of jest to be read.
 */
export default class NotRunReporter {
  onRunComplete(_contexts, results) {
    const suites = findSkippedSuites(results);
    const lines = [
      ...listMissing(suites.filter((suite) => suite.includes(NOT_RUN_MARK))),
      ...listFullOnly(suites.filter((suite) => suite.includes(FULL_ONLY_MARK))),
      countTests(results),
    ];
    // jest's own summary is always the last reporter; the counts come after it.
    process.once("exit", () => process.stderr.write(`\n${lines.join("\n")}\n`));
  }
}

function findSkippedSuites(results) {
  const titles = results.testResults.flatMap((file) =>
    file.testResults.flatMap((test) => (test.status === "pending" ? test.ancestorTitles : [])),
  );
  return [...new Set(titles)];
}

function listMissing(suites) {
  if (suites.length === 0) return [];
  const lines = suites.flatMap((suite) => {
    const [name, needs] = suite.slice(0, -1).split(NOT_RUN_MARK);
    return needs
      .split(" and ")
      .map((need) => `  ${name.trim()} (${need} missing: ${CAPABILITIES[need].howToGet})`);
  });
  return ["NOT RUN", ...lines, ""];
}

function listFullOnly(suites) {
  if (suites.length === 0) return [];
  const names = suites.map((suite) => `  ${suite.replace(FULL_ONLY_MARK, "").trim()}`);
  return ["NOT RUN, long: npm run test:full", ...names, ""];
}

function countTests(results) {
  // A file that does not load has no failed test of its own, and is a failure all the same.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
