import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FRAMEWORK = "@google-cloud/functions-framework";

/**
 * Derives, once, the lock file of a package that needs nothing but functions-framework from the checkout's own lock file: the same
 * versions and hashes, without network.
 * @returns writes `package.json` and `package-lock.json` of one function into its folder. There is no build script in it: the
 * buildpack would run it.
 * @throws Error with npm's words when the lock cannot be derived.
 */
export function createPackageFiles(root: string): (name: string, folder: string) => void {
  const { version, dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const manifest = {
    name: "function",
    version,
    private: true,
    type: "module",
    main: "index.js",
    engines: { node: "24" },
    dependencies: { [FRAMEWORK]: dependencies[FRAMEWORK] },
  };
  const lock = deriveLock(root, manifest);
  return (name, folder) => {
    writeFileSync(join(folder, "package.json"), toJson({ ...manifest, name }));
    const packages = { ...lock.packages, "": { ...lock.packages[""], name } };
    writeFileSync(join(folder, "package-lock.json"), toJson({ ...lock, name, packages }));
  };
}

/** npm drops from the root's lock what the manifest does not need; offline, so that it cannot choose anything itself. */
function deriveLock(root: string, manifest: object): { packages: Record<string, object> } {
  const folder = mkdtempSync(join(tmpdir(), "function-lock-"));
  try {
    copyFileSync(join(root, "package-lock.json"), join(folder, "package-lock.json"));
    writeFileSync(join(folder, "package.json"), toJson(manifest));
    const options = [
      "--offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--omit-lockfile-registry-resolved",
    ];
    const npm = spawnSync("npm", ["install", "--package-lock-only", ...options], {
      cwd: folder,
      encoding: "utf8",
    });
    if (npm.status !== 0) {
      throw new Error(`npm cannot derive the functions' lock file: ${npm.stderr ?? npm.error?.message}`);
    }
    return JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
