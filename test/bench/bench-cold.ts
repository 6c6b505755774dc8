import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { answerCold, type ColdStart, importCold } from "./cold-start.ts";
import { describeMachine } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";

// Measures what a cold start of each function costs beside one of a function that is empty: the import of its bundle without
// functions-framework, the memory then, the first answer under functions-framework, the size on disk, and which packages that is.
//   --rounds N   starts of each (9), all of them in turn, so that whatever else the machine does falls on all

const ROOT = resolve(import.meta.dirname, "../..");
const EMPTY = "empty";
const MIB = 1024 * 1024;
const at = process.argv.indexOf("--rounds");
const ROUNDS = at > 0 ? Number(process.argv[at + 1]) : 9;

const folder = mkdtempSync(join(tmpdir(), "bench-cold-"));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const built = spawnSync(process.execPath, ["scripts/build.ts", "--out", folder], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const functions = readdirSync(folder).filter((name) =>
    existsSync(join(ROOT, "functions", name, "index.ts")),
  );
  makeEmpty();
  const names = [EMPTY, ...functions];
  const starts = new Map<string, ColdStart[]>(names.map((name) => [name, []]));
  const answers = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      starts.get(name)?.push(await importCold(join(folder, name, "index.js")));
      answers.get(name)?.push(await answerCold(ROOT, join(folder, name), name));
    }
  }
  const median = (numbers: readonly number[]) => percentile(numbers, 0.5);
  const importOf = (name: string) => median((starts.get(name) ?? []).map(({ importMs }) => importMs));
  const memoryOf = (name: string) =>
    median((starts.get(name) ?? []).map(({ memoryBytes }) => memoryBytes)) / MIB;
  const answerOf = (name: string) => median(answers.get(name) ?? []);
  const rows = await Promise.all(
    names.map(async (name) => [
      name,
      `${importOf(name).toFixed(1)} ms`,
      toRatio(importOf(name), importOf(EMPTY)),
      `${memoryOf(name).toFixed(1)} MiB`,
      `${answerOf(name).toFixed(0)} ms`,
      toRatio(answerOf(name), answerOf(EMPTY)),
      `${(sizeOf(name) / 1024).toFixed(0)} kB`,
      name === EMPTY ? "" : await biggestPackages(name),
    ]),
  );
  console.log(`${describeMachine()}, medians of ${ROUNDS}\n`);
  const header = ["", "import", "ratio", "resident", "first answer", "ratio", "bundle", "most of it"];
  console.log(renderTable(header, rows));
}

/** A function that does nothing: what Node and the framework cost by themselves. */
function makeEmpty(): void {
  mkdirSync(join(folder, EMPTY));
  writeFileSync(join(folder, EMPTY, "package.json"), JSON.stringify({ type: "module", main: "index.js" }));
  writeFileSync(
    join(folder, EMPTY, "index.js"),
    'export const empty = (_request, response) => response.end("");\n',
  );
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
}

function sizeOf(name: string): number {
  return statSync(join(folder, name, "index.js")).size;
}

/** The four packages that fill most of a bundle, with their shares; our own code is called `own`. */
async function biggestPackages(name: string): Promise<string> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${name}/index.ts`],
    outfile: "index.js",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: ["@google-cloud/functions-framework"],
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const sizes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const [, owner = "own"] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    sizes.set(owner, (sizes.get(owner) ?? 0) + bytesInOutput);
  }
  return [...sizes]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 4)
    .map(([owner, bytes]) => `${owner} ${(bytes / 1024).toFixed(0)} kB`)
    .join(", ");
}
