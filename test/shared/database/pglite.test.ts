import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { sql } from "kysely";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { copyPgliteTemplate } from "../../support/pglite-template.ts";
import { processesBelow } from "../../support/processes-below.ts";

const HOLDER = fileURLToPath(new URL("./open-pglite.fixture.ts", import.meta.url));
const TIMEOUT_MS = 120_000;

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // One that an earlier file left, and that ended while we looked.
  }
}

describe("a database in a folder of this machine", () => {
  let home = "";
  let folder = "";
  const opened: OpenDatabase[] = [];
  const lines: string[] = [];
  const open = (more: { statementTimeoutMs?: number } = {}): OpenDatabase => {
    const database = createPgliteDatabase({
      folder,
      logger: createLogger({}, (line) => lines.push(line)),
      ...more,
    });
    opened.push(database);
    return database;
  };
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "pglite-test-"));
    folder = join(home, "database");
    lines.length = 0;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await rm(home, { recursive: true, force: true });
  }, TIMEOUT_MS);

  it(
    "refuses a second process with a line that names the first, and lets it in when the first was killed",
    async () => {
      await copyPgliteTemplate(folder);
      const holder = spawn(process.execPath, ["--no-warnings", HOLDER, folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(holder.stdout, "data");
      const second = spawnSync(process.execPath, ["--no-warnings", HOLDER, folder], {
        encoding: "utf8",
        timeout: TIMEOUT_MS,
      });
      expect(second.stderr).toContain(`Process ${holder.pid} uses the database in ${folder}`);
      expect(second.status).toBe(1);
      const gone = once(holder, "exit");
      holder.kill("SIGKILL");
      await gone;
      const { database } = open();
      expect(await database.selectFrom("apiKeys").select("name").execute()).toEqual([{ name: "held" }]);
    },
    TIMEOUT_MS,
  );

  it("refuses a second one in the same process, too, until the first is closed", async () => {
    await copyPgliteTemplate(folder);
    const first = open();
    expect(() => open()).toThrow("takes one process at a time");
    await first.close();
    await open().open();
  });

  it(
    "is opened again when its process is killed: one statement fails and the next one works",
    async () => {
      await copyPgliteTemplate(folder);
      const { database, open: connect } = open();
      await connect();
      const engine = processesBelow(process.pid).find((pid) => commandOf(pid).includes(folder));
      const asleep = sql`select pg_sleep(0)`.execute(database);
      process.kill(engine ?? Number.NaN, "SIGKILL");
      await asleep.catch(() => undefined);
      const read = () => database.selectFrom("owner").selectAll().execute();
      // The first may still be sent to the process that is gone.
      expect(await read().catch(read)).toEqual([]);
      expect(lines.join("")).toContain("opened again");
    },
    TIMEOUT_MS,
  );

  it(
    "ends a statement that takes too long, and answers the next one",
    async () => {
      await copyPgliteTemplate(folder);
      const { database, open: connect } = open({ statementTimeoutMs: 3_000 });
      await connect();
      const endless = sql`select count(*) from generate_series(1, 10000000000)`.execute(database);
      await expect(endless).rejects.toMatchObject({ code: "storage_unavailable", retryAfterSeconds: 2 });
      expect(await database.selectFrom("owner").selectAll().execute()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "says that it is away when its folder is damaged, and never how",
    async () => {
      await writeFile(folder, "not a folder");
      const refused = await open()
        .open()
        .catch((thrown: unknown) => thrown);
      expect(refused).toMatchObject({ code: "storage_unavailable" });
      expect(String(refused)).not.toContain(home);
    },
    TIMEOUT_MS,
  );

  it("refuses a database of a newer version before it opens it", async () => {
    await copyPgliteTemplate(folder);
    await writeFile(`${folder}.state`, "9999-from-the-future\n");
    expect(() => open()).toThrow(/newer version of this program.*9999-from-the-future/);
  });

  it("leaves no half of a database when it is closed while it is made", async () => {
    const { open: connect, close } = open();
    const connecting = connect().catch((thrown: unknown) => thrown);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await close();
    expect(await connecting).toBeInstanceOf(Error);
    expect(existsSync(folder)).toBe(false);
  });
});
