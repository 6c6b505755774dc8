import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * Port: the one database, the same over PGlite in the data folder and over a PostgreSQL server. It connects and brings its tables up
 * to date at its first use. A statement throws AppError `storage_unavailable` when the database is away, too busy or full; what the
 * database itself refuses (a constraint, say) is thrown as an error with PostgreSQL's five-character `code`.
 */
export type Database = Kysely<Tables>;

/** A database over `dialect`: names are camelCase in the program and snake_case in SQL; keys inside JSON stay as they are. */
export function createDatabase(dialect: Dialect): Database {
  return new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })] });
}
