import { readFile } from "node:fs/promises";
import { dirname, join, posix, relative } from "node:path";
import { build, type Plugin } from "esbuild";

/**
 * Bundles an entry of the sandbox into one file that stands where the entry stood, so that it starts without looking for others.
 * @param root the checkout
 * @param name like `service`: `sandbox/entry/service.ts`
 * @param tree what the bundle is written into, as `sandbox/entry/service.js`
 */
export async function bundleEntry(root: string, name: string, tree: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [`sandbox/entry/${name}.ts`],
    outfile: join(tree, `sandbox/entry/${name}.js`),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    legalComments: "inline",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
    },
    plugins: [keepPlaces(join(root, "sandbox/entry"))],
  });
}

/** Files of the sandbox find others beside themselves: in the bundle they are where they were in the checkout. */
function keepPlaces(entryFolder: string): Plugin {
  return {
    name: "keep-places",
    setup({ onLoad }) {
      onLoad({ filter: /\/sandbox\/.*\.ts$/ }, async ({ path }) => {
        const place = relative(entryFolder, path).split("\\").join(posix.sep);
        const source = await readFile(path, "utf8");
        const contents = source.replaceAll(
          "import.meta.url",
          `new URL(${JSON.stringify(place)}, import.meta.url).href`,
        );
        return { contents, loader: "ts", resolveDir: dirname(path) };
      });
    },
  };
}
