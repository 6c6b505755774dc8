import { identity } from "./0001-identity.ts";
import type { Migration } from "./migration.ts";

/** All migrations in their order. A new one goes to the end. */
export const MIGRATIONS: readonly Migration[] = [identity];
