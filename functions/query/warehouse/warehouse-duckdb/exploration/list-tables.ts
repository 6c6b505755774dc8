import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetSummary, Listing, ListOptions, TableSummary } from "../../warehouse.ts";
import { isSafeName, tableNameOf } from "../engine/catalog/table-files.ts";

/** Names that are held beyond those asked for before the rest is dropped. */
const SLACK = 1000;

/** Keeps the first names of a list of any length, in their order. */
function createFirstNames({ limit, after }: { readonly limit: number; readonly after: string | null }) {
  let names = new Set<string>();
  const cut = () => {
    names = new Set([...names].sort(byCode).slice(0, limit + 1));
  };
  return {
    add(name: string): void {
      if (after !== null && byCode(name, after) <= 0) return;
      names.add(name);
      if (names.size > limit + SLACK) cut();
    },
    take(): Listing<string> {
      cut();
      return { items: [...names].slice(0, limit), more: names.size > limit };
    },
  };
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Entries of a folder, none when it is not there or cannot be read. */
async function* entriesOf(path: string, signal: AbortSignal): AsyncGenerator<Dirent> {
  const folder = await opendir(path, { bufferSize: 1000 }).catch(() => null);
  if (folder === null) return;
  for await (const entry of folder) {
    signal.throwIfAborted();
    yield entry;
  }
}

/** Names of the folders in a folder that can be projects or datasets. */
async function* foldersOf(path: string, signal: AbortSignal): AsyncGenerator<string> {
  for await (const entry of entriesOf(path, signal)) {
    if (isSafeName(entry.name) && (entry.isDirectory() || entry.isSymbolicLink())) yield entry.name;
  }
}

/** Lists all datasets of a warehouse folder, by `project.dataset`. @throws the signal's reason */
export async function listDatasetFolders(
  root: string,
  options: ListOptions,
): Promise<Listing<DatasetSummary>> {
  const names = createFirstNames(options);
  for await (const project of foldersOf(root, options.signal)) {
    for await (const dataset of foldersOf(join(root, project), options.signal))
      names.add(`${project}.${dataset}`);
  }
  const { items, more } = names.take();
  const toSummary = (name: string) => {
    const [project = "", dataset = ""] = name.split(".");
    return { project, dataset, description: null, location: null };
  };
  return { items: items.map(toSummary), more };
}

/** The project of names without one: as given, else the only folder, else `demo`. */
export async function findDefaultProject(
  root: string,
  given: string | null,
  signal: AbortSignal,
): Promise<string> {
  if (given !== null) return given;
  const names = createFirstNames({ limit: 1, after: null });
  for await (const name of foldersOf(root, signal)) names.add(name);
  const { items, more } = names.take();
  return items[0] !== undefined && !more ? items[0] : "demo";
}

/**
 * Lists the tables of a dataset's folder.
 * @returns null when there is no such folder
 * @throws the signal's reason
 */
export async function listTableFiles(
  root: string,
  { project, dataset }: { readonly project: string; readonly dataset: string },
  options: ListOptions,
): Promise<Listing<TableSummary> | null> {
  if (!isSafeName(project) || !isSafeName(dataset)) return null;
  const path = join(root, project, dataset);
  const isThere = await opendir(path).then(
    async (folder) => {
      await folder.close();
      return true;
    },
    () => false,
  );
  if (!isThere) return null;
  const names = createFirstNames(options);
  for await (const entry of entriesOf(path, options.signal)) {
    const table = entry.isFile() || entry.isSymbolicLink() ? tableNameOf(entry.name) : null;
    if (table !== null) names.add(table);
  }
  const { items, more } = names.take();
  return { items: items.map((table) => ({ table, kind: "TABLE", description: null })), more };
}
