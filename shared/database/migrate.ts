import { type Kysely, sql } from "kysely";
import { DatabaseTooNewError } from "./database-too-new.ts";
import { sqlStateOf } from "./database-unavailable.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";

/** Any number that nothing else in the database locks. */
const LOCK = 7_401_120_711;
/** Longest that an instance waits for another one's migrations, and that one statement of its own may take. */
const PATIENCE = "60s";
const UNDEFINED_TABLE = "42P01";

/**
 * Brings the tables up to date. All of it is one transaction: an instance that is killed leaves nothing half done, and of several
 * that start together one works while the others wait at an advisory lock and then find everything there.
 * @param database without plugins @param migrations all that this program knows
 * @throws DatabaseTooNewError when a newer program was here
 */
export async function migrate(
  database: Kysely<unknown>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  if (missingOf(await readApplied(database), migrations).length === 0) return;
  await database.transaction().execute(async (transaction) => {
    await sql.raw(`set local lock_timeout = '${PATIENCE}'`).execute(transaction);
    await sql.raw(`set local statement_timeout = '${PATIENCE}'`).execute(transaction);
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction);
    await sql`create table if not exists schema_migrations (
      name text primary key,
      applied_at timestamptz not null default now()
    )`.execute(transaction);
    for (const { name, statements } of missingOf(await readApplied(transaction), migrations)) {
      for (const statement of statements) await sql.raw(statement).execute(transaction);
      await sql`insert into schema_migrations (name) values (${name})`.execute(transaction);
    }
  });
}

async function readApplied(database: Kysely<unknown>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(
      database,
    );
    return rows.map(({ name }) => name);
  } catch (thrown) {
    if (sqlStateOf(thrown) === UNDEFINED_TABLE) return [];
    throw thrown;
  }
}

/** The newest migration that this program knows: the state of a database that `migrate` was through with. */
export const NEWEST_MIGRATION: string = MIGRATIONS.at(-1)?.name ?? "";

/** @throws DatabaseTooNewError when a migration is none of this program's */
export function refuseTooNew(
  applied: readonly string[],
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const unknown = applied.findLast((name) => !migrations.some((migration) => migration.name === name));
  if (unknown !== undefined) throw new DatabaseTooNewError(unknown);
}

function missingOf(applied: readonly string[], migrations: readonly Migration[]): readonly Migration[] {
  refuseTooNew(applied, migrations);
  return migrations.filter(({ name }) => !applied.includes(name));
}
