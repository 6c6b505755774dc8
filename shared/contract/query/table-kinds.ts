/** What a table can be. */
export const TABLE_KINDS = ["TABLE", "VIEW", "MATERIALIZED_VIEW", "EXTERNAL", "SNAPSHOT"] as const;
