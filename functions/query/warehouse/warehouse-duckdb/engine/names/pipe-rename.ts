/**
 * Ends the translation of RENAME.
 * @param sql what the translator wrote
 */
export function restoreRename(sql: string): string {
  return sql.replace(QUOTED_OR_RENAME, (found, name: string | undefined) => {
    if (name !== undefined) return name;
    return found.startsWith("REPLACE") ? "RENAME (" : found;
  });
}

const QUOTED_OR_RENAME =
  /'(?:[^']|'')*'|\bGS_RENAME\(("(?:[^"]|"")*"|\w+)\)|"(?:[^"]|"")*"|\bREPLACE \((?=GS_RENAME\()/g;
