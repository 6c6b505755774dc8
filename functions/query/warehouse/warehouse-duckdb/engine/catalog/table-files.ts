import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Where a table lies: the names are the folders' and the file's own. */
export interface TableName {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

/** A table's file with what tells whether it changed. */
export interface TableFile extends TableName {
  readonly path: string;
  readonly format: "csv" | "parquet" | "json" | "jsonl";
  readonly sizeBytes: number;
  /** Changes whenever the file or its schema file is replaced or written. */
  readonly version: string;
  readonly schemaPath: string;
  /** When the file came to be and when it was written last, in milliseconds since 1970. */
  readonly createdMs: number;
  readonly modifiedMs: number;
}

const SAFE_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const TABLE_FILE = /^([A-Za-z0-9_-]{1,256})\.(csv|parquet|json|jsonl)$/;
/** Folders with more entries than this are read no further. */
const MAX_ENTRIES = 10_000;

/** True for a name that can be a project's, a dataset's or a table's, and cannot leave its folder. */
export function isSafeName(name: string): boolean {
  return SAFE_NAME.test(name);
}

/** The table that a file holds; null when it holds none. */
export function tableNameOf(file: string): string | null {
  return TABLE_FILE.exec(file)?.[1] ?? null;
}

/** Names of the folders in a folder that can be projects or datasets. */
export function listFolders(path: string): string[] {
  return readNames(path).filter(
    (name) => SAFE_NAME.test(name) && statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory(),
  );
}

/** Names of the tables of a dataset's folder. */
export function listTableNames(root: string, project: string, dataset: string): string[] {
  const names = readNames(join(root, project, dataset)).map(tableNameOf);
  return [...new Set(names.filter((name) => name !== null))].sort();
}

/** Finds a table's file; null when there is none or a name could leave the folder. */
export function findTableFile(root: string, name: TableName): TableFile | null {
  if (![name.project, name.dataset, name.table].every((part) => SAFE_NAME.test(part))) return null;
  const base = join(root, name.project, name.dataset, name.table);
  const schemaPath = `${base}.schema.json`;
  for (const format of ["parquet", "csv", "jsonl", "json"] as const) {
    const path = `${base}.${format}`;
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) continue;
    const schema = statSync(schemaPath, { throwIfNoEntry: false });
    const version = [found.ino, found.size, found.mtimeMs, found.ctimeMs, schema?.ino, schema?.mtimeMs].join(
      ":",
    );
    const times = { createdMs: Math.min(found.birthtimeMs, found.mtimeMs), modifiedMs: found.mtimeMs };
    return { ...name, path, format, sizeBytes: found.size, version, schemaPath, ...times };
  }
  return null;
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path).slice(0, MAX_ENTRIES);
  } catch {
    return [];
  }
}
