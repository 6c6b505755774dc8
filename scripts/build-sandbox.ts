import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCES = `${ROOT}sandbox/languages/javascript`;
const TARGET = `${ROOT}dist/sandbox/javascript`;

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minifySyntax: true,
  minifyWhitespace: true,
  target: "node24",
};

/** Where npm put the add-on that fits this Node: the package's prebuilt one, or one that was compiled here. */
function findAddOn(): string {
  const fromHere = createRequire(import.meta.url);
  const folder = fromHere.resolve("isolated-vm/package.json").replace(/package\.json$/, "");
  return createRequire(`${folder}package.json`)("node-gyp-build").path(folder);
}

/**
 * koffi's add-on for the C library of Debian, where npm has put it. Without it nothing forks Node (node_zygote.py), and each JavaScript
 * program gets a Node of its own.
 */
async function copyForeignFunctions(folder: string): Promise<void> {
  const addOn = `node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`;
  if (existsSync(`${ROOT}${addOn}`)) await copyFile(`${ROOT}${addOn}`, `${folder}/koffi.node`);
}

/** V8 takes bytecode only from the same Node under the same flags. */
async function buildCaches(folder: string): Promise<void> {
  const flags: string[] = JSON.parse(await readFile(`${SOURCES}/node-flags.json`, "utf8"));
  for (const name of ["build-snapshot.ts", "build-bytecode.ts"]) {
    await promisify(execFile)(process.execPath, [...flags, `${SOURCES}/${name}`, folder]);
  }
}

/**
 * Bundles what runs inside the jail for JavaScript programs into dist/sandbox/javascript: what Node loads first (preload.cjs), what
 * that compiles (wait-for-program.cjs), what forks (fork-isolates.cjs), the isolate's console (prelude.js), the add-ons, and what V8
 * makes of them ahead of time (snapshot, cache). The folder appears at once and complete.
 */
async function buildSandbox(): Promise<void> {
  const fresh = `${TARGET}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  try {
    await Promise.all([
      build({
        ...COMMON,
        entryPoints: [`${SOURCES}/preload.ts`],
        outfile: `${fresh}/preload.cjs`,
        format: "cjs",
        platform: "node",
      }),
      build({
        ...COMMON,
        entryPoints: [`${SOURCES}/wait-for-program.ts`],
        outfile: `${fresh}/wait-for-program.cjs`,
        charset: "ascii",
        format: "iife",
        globalName: "bundle",
        platform: "node",
        banner: { js: "((require) => {" },
        footer: { js: "return bundle;})" },
      }),
      build({
        ...COMMON,
        entryPoints: [`${SOURCES}/fork-isolates.ts`],
        outfile: `${fresh}/fork-isolates.cjs`,
        format: "cjs",
        platform: "node",
      }),
      build({
        ...COMMON,
        entryPoints: [`${SOURCES}/isolate/prelude.ts`],
        outfile: `${fresh}/prelude.js`,
        format: "iife",
        globalName: "script",
        platform: "neutral",
        mainFields: ["module", "main"],
        // A script has no exports: its value is what it ends with, and no name of it stays.
        // node-inspect-extracted asks for URL, which the isolate does not have.
        banner: { js: "(() => { class URL {}" },
        footer: { js: "return script.start;})()" },
      }),
      copyFile(findAddOn(), `${fresh}/isolated-vm.node`),
      copyForeignFunctions(fresh),
    ]);
    await buildCaches(fresh);
    await rm(TARGET, { recursive: true, force: true });
    await rename(fresh, TARGET);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

await buildSandbox();
