import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleFunction } from "./build/bundle-function.ts";
import { copyAssets } from "./build/copy-assets.ts";
import { createPackageFiles } from "./build/package-files.ts";

// Builds every function into a folder that deploys, and starts with functions-framework, by itself.
//   --out FOLDER   instead of dist/
const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "dist") } } });
const out = resolve(values.out);

const names = readdirSync(join(root, "functions")).filter((name) =>
  existsSync(join(root, "functions", name, "index.ts")),
);

try {
  const writePackageFiles = createPackageFiles(root);
  for (const name of names) {
    const folder = join(out, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const bytes = await bundleFunction(root, name, folder);
    const assets = copyAssets(root, name, folder);
    writePackageFiles(name, folder);
    console.log(`${name}: ${Math.ceil(bytes / 1024)} kB${assets > 0 ? `, ${assets} assets` : ""}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
