import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `functions/<name>/build.json`: files beside the bundle that the function reads at run time. */
interface BuildFile {
  readonly assets: readonly {
    /** A folder, relative to the checkout. */
    readonly from: string;
    /** Files or folders in it. */
    readonly include: readonly string[];
    /** A folder, relative to the bundle. */
    readonly to: string;
  }[];
}

/**
 * Copies what the function's `build.json` lists; a function without one has none.
 * @returns how many files and folders were copied.
 * @throws Error that names what is missing.
 */
export function copyAssets(root: string, name: string, folder: string): number {
  const path = join(root, "functions", name, "build.json");
  if (!existsSync(path)) return 0;
  const { assets } = JSON.parse(readFileSync(path, "utf8")) as BuildFile;
  let copied = 0;
  for (const { from, include, to } of assets) {
    for (const item of include) {
      const source = join(root, from, item);
      if (!existsSync(source))
        throw new Error(`functions/${name}/build.json names ${from}/${item}, which does not exist.`);
      cpSync(source, join(folder, to, item), { recursive: true });
      copied += 1;
    }
  }
  return copied;
}
