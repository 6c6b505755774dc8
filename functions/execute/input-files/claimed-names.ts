import { toLookAlikeKey } from "./parse-file-name.ts";

/** The names of one request: no two alike, and no file where another needs a folder. */
export interface ClaimedNames {
  /**
   * Takes a name.
   * @returns null, or the earlier name that stands in the way: the same, one that looks the same, a folder or a file on its path
   */
  claim(name: string): string | null;
  /** Takes a name, or the first of `name-2.csv`, `name-3.csv`, … that is free. @returns the name that was taken */
  claimSimilar(name: string): string;
}

/** Builds the names of one request, none taken. */
export function createClaimedNames(): ClaimedNames {
  /** Keys of files and of the folders above them, with the file that brought them. */
  const files = new Map<string, string>();
  const folders = new Map<string, string>();

  function findObstacle(name: string): string | null {
    const key = toLookAlikeKey(name);
    const taken = files.get(key) ?? folders.get(key);
    return (
      taken ??
      foldersOf(key)
        .map((folder) => files.get(folder))
        .find((file) => file !== undefined) ??
      null
    );
  }

  function claim(name: string): string | null {
    const obstacle = findObstacle(name);
    if (obstacle !== null) return obstacle;
    const key = toLookAlikeKey(name);
    files.set(key, name);
    for (const folder of foldersOf(key)) folders.set(folder, name);
    return null;
  }

  function claimSimilar(name: string): string {
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let candidate = name;
    for (let number = 2; claim(candidate) !== null; number += 1) candidate = `${stem}-${number}${extension}`;
    return candidate;
  }

  return { claim, claimSimilar };
}

/** `a/b/c.csv` → `a`, `a/b` */
function foldersOf(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}
