import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CachedContent, createCachedContent } from "./cached-content.ts";

/** Files that the pages load, with their types. */
const ASSETS = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "docs.css": "text/css; charset=utf-8",
  "initializer.js": "text/javascript; charset=utf-8",
  "copy-buttons.js": "text/javascript; charset=utf-8",
} as const;

/** Name of a file that the pages load. */
export type AssetName = keyof typeof ASSETS;

/**
 * Reads every asset once, at the start: a file that is missing stops the start and not the first reader.
 *
 * @param directories absolute paths, searched in order
 * @throws Error that names the asset when no directory has it
 */
export async function loadAssets(
  directories: readonly string[],
): Promise<ReadonlyMap<AssetName, CachedContent>> {
  const loaded = new Map<AssetName, CachedContent>();
  for (const [name, contentType] of Object.entries(ASSETS)) {
    const bytes = await readFirst(directories, name);
    loaded.set(name as AssetName, createCachedContent(bytes, { "content-type": contentType }));
  }
  return loaded;
}

async function readFirst(directories: readonly string[], name: string): Promise<Uint8Array<ArrayBuffer>> {
  for (const directory of directories) {
    try {
      return new Uint8Array(await readFile(join(directory, name)));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new Error(`The API pages need ${name}, which is in none of their folders. Build the bundle again.`);
}

function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}
