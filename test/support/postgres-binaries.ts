import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DEBIAN_FOLDER = "/usr/lib/postgresql";

/** The folder of PostgreSQL's programs (`initdb`, `postgres`), the newest version's; null when there is none. */
export function findPostgresBinaries(): string | null {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":"),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}
