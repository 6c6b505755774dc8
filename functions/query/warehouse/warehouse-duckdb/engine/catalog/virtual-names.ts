/** INFORMATION_SCHEMA's views that this warehouse has. */
export const INFORMATION_VIEWS = ["SCHEMATA", "TABLES", "COLUMNS"] as const;

/** The older list of a dataset's tables. */
export const TABLES_LIST = "__TABLES__";

/** The dataset under which views of a whole project lie: no dataset can have this name. */
export const PROJECT_DATASET = ":project";

const SUFFIX_MARK = ":suffix";
const VIEW_MARK = ":view ";

/** The name under which a view of the catalog lies: no table can have it. */
export function viewTable(view: string): string {
  return `${VIEW_MARK}${view}`;
}

/** The view that lies under a name; null for a table. */
export function viewOf(table: string): string | null {
  return table.startsWith(VIEW_MARK) ? table.slice(VIEW_MARK.length) : null;
}

/** The name under which a wildcard table lies, with the column _TABLE_SUFFIX or without. */
export function wildcardTable(pattern: string, withSuffix: boolean): string {
  return withSuffix ? `${pattern}${SUFFIX_MARK}` : pattern;
}

/** What a wildcard table's name says: the tables' common beginning. */
export function wildcardOf(table: string): { readonly prefix: string; readonly withSuffix: boolean } {
  return { prefix: table.slice(0, table.indexOf("*")), withSuffix: table.endsWith(SUFFIX_MARK) };
}
