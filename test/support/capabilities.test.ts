import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the fixture in a jest of its own, on a machine where no program is found by name. */
function runFixture(environment: Record<string, string>): { status: number | null; report: string } {
  const run = spawnSync(
    process.execPath,
    [
      "--experimental-vm-modules",
      "--no-warnings",
      "node_modules/jest/bin/jest.js",
      "--runInBand",
      "--runTestsByPath",
      "test/support/capabilities.fixture.ts",
      "--testMatch=**/*.fixture.ts",
    ],
    {
      cwd: ROOT,
      env: { PATH: "/nonexistent", NO_COLOR: "1", ...environment },
      encoding: "utf8",
      timeout: 120_000,
    },
  );
  return { status: run.status, report: run.stderr };
}

describe("a run on a machine that lacks something", () => {
  it("skips the suites that need it, says how to get it, and closes with the counts", () => {
    const { status, report } = runFixture({});
    expect(report).toContain("NOT RUN\n  a suite that plans (terraform missing: install Terraform)\n");
    expect(report).toContain("NOT RUN, long: npm run test:full\n  a suite that takes an hour\n");
    expect(report.trimEnd().split("\n").at(-1)).toBe("1 passed, 0 failed, 3 skipped");
    expect(status).toBe(0);
  }, 150_000);

  it("fails when everything is required", () => {
    const { status, report } = runFixture({ REQUIRE_ALL: "1" });
    expect(report).toContain("terraform is missing: install Terraform");
    // No installation brings these.
    expect(report).toMatch(
      /^NOT RUN\n {2}a suite that makes groups \(memory-cgroups missing: run the tests as root/m,
    );
    expect(report.trimEnd().split("\n").at(-1)).toBe("1 passed, 1 failed, 2 skipped");
    expect(status).toBe(1);
  }, 150_000);

  it("runs the long suites when asked for everything", () => {
    const { status, report } = runFixture({ TEST_FULL: "1" });
    expect(report).not.toContain("npm run test:full");
    expect(report.trimEnd().split("\n").at(-1)).toBe("2 passed, 0 failed, 2 skipped");
    expect(status).toBe(0);
  }, 150_000);
});
