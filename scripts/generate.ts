import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { VERSION } from "#shared/contract/version.ts";
import type { GeneratedFile } from "./generate/generated-file.ts";
import { createOpenApiFiles } from "./generate/openapi-files.ts";
import { createValidators } from "./generate/validators.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Folders that hold nothing but generated files: what the contract no longer asks for is removed. */
const OWNED_FOLDERS = ["shared/contract/generated", "functions/docs/generated"];

/**
 * `npm run generate` writes everything that is derived from shared/contract; `--check` writes nothing and ends with 1 when a
 * committed file differs. `--root` names another copy of the repository to write to or to compare with.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, root: { type: "string", default: ROOT } },
  });
  const root = resolve(values.root);
  const files = await createGeneratedFiles();
  const stale = [...(await findDifferent(root, files)), ...(await findLeftOver(root, files))];
  if (!values.check) {
    await writeAll(root, files);
    await Promise.all(stale.filter((path) => !isWanted(path, files)).map((path) => rm(join(root, path))));
    for (const path of stale) console.log(`wrote ${path}`);
    return 0;
  }
  for (const path of stale) console.error(`${path} is not what shared/contract says.`);
  if (stale.length > 0) console.error("run npm run generate");
  return stale.length > 0 ? 1 : 0;
}

async function createGeneratedFiles(): Promise<readonly GeneratedFile[]> {
  return [...(await createValidators(OPERATIONS, ROOT)), ...createOpenApiFiles(OPERATIONS, VERSION)];
}

async function findDifferent(root: string, files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const different: string[] = [];
  for (const { path, content } of files) {
    if ((await readIfThere(join(root, path))) !== content) different.push(path);
  }
  return different;
}

async function findLeftOver(root: string, files: readonly GeneratedFile[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of OWNED_FOLDERS) {
    const names = await readdir(join(root, folder)).catch(ignoreMissing);
    found.push(...(names ?? []).map((name) => `${folder}/${name}`));
  }
  return found.filter((path) => !isWanted(path, files));
}

async function writeAll(root: string, files: readonly GeneratedFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

function isWanted(path: string, files: readonly GeneratedFile[]): boolean {
  return files.some((file) => file.path === path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}

process.exitCode = await main();
