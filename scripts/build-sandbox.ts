import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SOURCES = `${ROOT}sandbox/languages/javascript`;
const TARGET = `${ROOT}dist/sandbox/javascript`;

/** Each exports `start`. */
const ISOLATE_SCRIPTS = ["prelude", "urls"];

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
 * Bundles what runs inside the jail for JavaScript programs into dist/sandbox/javascript: what Node loads first (preload.cjs), the
 * isolate's globals (prelude.js, urls.js) and the add-on. The folder appears at once and complete.
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
        external: ["./isolated-vm.node"],
      }),
      ...ISOLATE_SCRIPTS.map((name) =>
        build({
          ...COMMON,
          entryPoints: [`${SOURCES}/isolate/${name}.ts`],
          outfile: `${fresh}/${name}.js`,
          format: "iife",
          globalName: "script",
          platform: "neutral",
          mainFields: ["module", "main"],
          // A script has no exports: its value is what it ends with, and no name of it stays.
          // node-inspect-extracted asks for URL, which the isolate has only when a program names it.
          banner: { js: name === "prelude" ? "(() => { class URL {}" : "(() => {" },
          footer: { js: "return script.start;})()" },
        }),
      ),
      copyFile(findAddOn(), `${fresh}/isolated-vm.node`),
    ]);
    await rm(TARGET, { recursive: true, force: true });
    await rename(fresh, TARGET);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

await buildSandbox();
