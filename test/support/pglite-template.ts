import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { MIGRATIONS } from "#shared/database/migrations/migrations.ts";
import { createLogger } from "#shared/observability/logger.ts";

const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../shared/database/database-pglite/engine.ts", import.meta.url));
const CACHE = join(MODULES, ".cache", "pglite-templates");

/**
 * Puts a new database of PGlite, with all tables and no row, where a test wants it. Making one takes seconds of a processor, so it is
 * made once for each version and copied.
 */
export async function copyPgliteTemplate(folder: string): Promise<void> {
  const hash = createHash("sha256").update(JSON.stringify(MIGRATIONS));
  for (const maker of [ENGINE, join(MODULES, "@electric-sql", "pglite", "package.json")]) {
    hash.update(readFileSync(maker));
  }
  const key = hash.digest("hex").slice(0, 16);
  const template = join(CACHE, key);
  if (!existsSync(template)) await makeTemplate(template);
  await cp(template, folder, { recursive: true });
}

async function makeTemplate(template: string): Promise<void> {
  const draft = `${template}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  const made = createPgliteDatabase({
    folder: join(draft, "database"),
    logger: createLogger({}, () => undefined),
  });
  await made.open();
  await made.close();
  // Another test file may have been faster: its template is as good.
  await rename(join(draft, "database"), template).catch(() => undefined);
  await rm(draft, { recursive: true, force: true });
}
