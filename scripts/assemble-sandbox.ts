import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleEntry } from "./build/bundle-entry.ts";

// Puts together what the sandbox's image holds beside its system: the entries, the files that jails are shown, and nothing else of the
// checkout. `node scripts/build-sandbox.ts` comes before.
//   --out FOLDER   is made anew
const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string" } } });
const JAVASCRIPT = "dist/sandbox/javascript";
const ENTRIES = ["job", "service"];
/** What jails are shown. */
const SHOWN = ["supervisor", "languages", "zygote", "jail/etc"];

async function assemble(tree: string): Promise<void> {
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  for (const name of ENTRIES) await bundleEntry(root, name, tree);
  await writeFile(join(tree, "package.json"), '{ "private": true, "type": "module" }\n');
  for (const folder of SHOWN) {
    // Sources in TypeScript are in the bundles.
    const filter = (path: string) => !path.endsWith(".ts") && !path.includes("__pycache__");
    await cp(join(root, "sandbox", folder), join(tree, "sandbox", folder), { recursive: true, filter });
  }
  await cp(join(root, JAVASCRIPT), join(tree, JAVASCRIPT), { recursive: true });
}

if (values.out === undefined) {
  console.error("Say where to: node scripts/assemble-sandbox.ts --out FOLDER");
  process.exitCode = 1;
} else if (existsSync(join(root, JAVASCRIPT))) {
  await assemble(resolve(values.out));
} else {
  console.error("The JavaScript of the sandbox is not built: run `node scripts/build-sandbox.ts` first.");
  process.exitCode = 1;
}
