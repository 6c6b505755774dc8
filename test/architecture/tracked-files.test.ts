import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");

/** Put together here, so that this file does not hold what it looks for. */
const REGISTRY_HOST = new RegExp(["registry", "(npmjs|yarnpkg|npmmirror)\\."].join("\\."));
const SECRETS = [
  new RegExp(["-----BEGIN", "(RSA |EC )?PRIVATE KEY-----\\s+[A-Za-z0-9+/=]{40}"].join(" ")),
  new RegExp(["codex", "[A-Za-z0-9_-]{43}\\b"].join("_")),
];

function readTrackedFiles(): { path: string; text: string }[] {
  const list = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  const tracked = list.split("\0").filter((path) => path !== "");
  return tracked.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(resolve(ROOT, path), "utf8") }];
    } catch {
      // Deleted in the work tree and not yet in the index.
      return [];
    }
  });
}

describe("what is tracked", () => {
  const files = readTrackedFiles();

  it("is found", () => {
    expect(files.map(({ path }) => path)).toContain("package.json");
  });

  it("names no registry: each checkout uses its own", () => {
    expect(files.filter(({ text }) => REGISTRY_HOST.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("locks packages by hash and not by address", () => {
    const lock = files.find(({ path }) => path === "package-lock.json");
    expect(lock?.text).toContain('"integrity"');
    expect(lock?.text).not.toContain('"resolved": "http');
  });

  it("holds no key outside the tests, which make up theirs", () => {
    const found = files.filter(
      ({ path, text }) => !path.startsWith("test/") && SECRETS.some((secret) => secret.test(text)),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
