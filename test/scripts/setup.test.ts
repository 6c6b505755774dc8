import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOCK = {
  packages: {
    "": { name: "a-checkout" },
    "node_modules/ink": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/ink-plan9": { version: "1.0.0", optional: true, os: "plan9", cpu: "x64" },
  },
};
const INSTALLED = { packages: { "node_modules/ink": LOCK.packages["node_modules/ink"] } };

let checkout: string;

/** A checkout with one dependency, and an npm that installs it in half a second and counts how often it is called. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "setup-test-"));
  cpSync(join(ROOT, "scripts/setup"), join(checkout, "scripts/setup"), { recursive: true });
  cpSync(join(ROOT, "scripts/setup.mjs"), join(checkout, "scripts/setup.mjs"));
  writeFileSync(join(checkout, "package-lock.json"), JSON.stringify(LOCK));
  writeNpm(
    `sleep 0.5; mkdir -p node_modules; echo '${JSON.stringify(INSTALLED)}' > node_modules/.package-lock.json`,
  );
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function writeNpm(body: string): void {
  mkdirSync(join(checkout, "bin"), { recursive: true });
  writeFileSync(join(checkout, "bin/npm"), `#!/bin/sh\necho "$@" >> calls\n${body}\n`);
  chmodSync(join(checkout, "bin/npm"), 0o755);
}

function writeInstalled(found: unknown): void {
  mkdirSync(join(checkout, "node_modules"));
  writeFileSync(join(checkout, "node_modules/.package-lock.json"), JSON.stringify(found));
}

function runSetup(): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    const environment = { PATH: `${checkout}/bin:/usr/bin:/bin` };
    const child = execFile(
      process.execPath,
      ["scripts/setup.mjs"],
      { cwd: checkout, env: environment },
      (_, __, said) => resolve({ status: child.exitCode ?? -1, said }),
    );
  });
}

function npmCalls(): string[] {
  const calls = join(checkout, "calls");
  return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
}

/** Asks the script in a process of its own: it is plain JavaScript. */
function listDebianPackages(choice: { all: boolean; extras: boolean }): Promise<string[]> {
  const code = `import { listDebianPackages } from "./scripts/setup/debian-packages.mjs";
console.log(JSON.stringify(listDebianPackages(${JSON.stringify(choice)})));`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["--input-type=module", "-e", code], { cwd: checkout }, (error, output) => {
      if (error === null) resolve(JSON.parse(output));
      else reject(error);
    });
  });
}

describe("setup of a checkout", () => {
  it("ends with npm's own words and one sentence when npm fails", async () => {
    writeNpm("echo 'npm error the disk is full' >&2; exit 1");
    const { status, said } = await runSetup();
    expect(status).toBe(1);
    expect(said).toContain("npm error the disk is full");
    expect(said).toContain("setup: npm ci failed");
    expect(said).not.toContain("    at ");
  });

  it("installs again when the lock names another version", async () => {
    writeInstalled({ packages: { "node_modules/ink": { version: "0.9.0", integrity: "sha512-b" } } });
    expect((await runSetup()).status).toBe(0);
    expect(npmCalls()).toEqual(["ci --loglevel=error --no-audit --no-fund"]);
  });

  it("installs again when a package is there that the lock does not name", async () => {
    writeInstalled({ packages: { ...INSTALLED.packages, "node_modules/stray": { version: "1.0.0" } } });
    await runSetup();
    expect(npmCalls()).toHaveLength(1);
  });

  it("installs once when two set-ups start together", async () => {
    const both = await Promise.all([runSetup(), runSetup()]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    expect(npmCalls()).toHaveLength(1);
  });

  it("takes over from a set-up that was killed", async () => {
    mkdirSync(join(checkout, "dist/.setup"), { recursive: true });
    writeFileSync(join(checkout, "dist/.setup/lock"), "4194305");
    expect((await runSetup()).status).toBe(0);
    expect(npmCalls()).toHaveLength(1);
  });

  it.each([
    [{ all: false, extras: false }, false],
    [{ all: false, extras: true }, true],
    [{ all: true, extras: false }, false],
  ])("wants the larger Python libraries only when asked: %j", async (choice, wants) => {
    const packages = await listDebianPackages(choice);
    expect(packages).toEqual(expect.arrayContaining(["bubblewrap", "python3-numpy"]));
    for (const library of ["scipy", "sympy", "sklearn", "openpyxl", "pil"]) {
      expect(packages.includes(`python3-${library}`)).toBe(wants);
    }
  });

  it("does nothing when everything is there: packages of other platforms are not missed", async () => {
    writeInstalled(INSTALLED);
    expect((await runSetup()).status).toBe(0);
    expect(npmCalls()).toEqual([]);
  });
});
