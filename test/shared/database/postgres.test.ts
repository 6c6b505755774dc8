import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { sql } from "kysely";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { DatabaseTooNewError } from "#shared/database/database-too-new.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../support/capabilities.ts";
import { ask, type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { waitUntil } from "../../support/wait-until.ts";

const TIMEOUT_MS = 120_000;
const logger = createLogger({}, () => undefined);
const AWAY = { code: "storage_unavailable", retryAfterSeconds: 2 };

describeWith("postgres", "a database on a PostgreSQL server", () => {
  let server: PostgresServer;
  const opened: OpenDatabase[] = [];
  const openAt = (url: string, more: { statementTimeoutMs?: number } = {}): OpenDatabase => {
    const database = createPostgresDatabase({ url, logger, ...more });
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    server = await startPostgres();
  }, TIMEOUT_MS);
  afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())), TIMEOUT_MS);
  afterAll(() => server.stop(), TIMEOUT_MS);

  it("makes its tables once though ten instances start together", async () => {
    const url = await server.createDatabase();
    await Promise.all(Array.from({ length: 10 }, () => openAt(url).open()));
    expect(await ask(url, "select name from schema_migrations")).toEqual([{ name: "0001-identity" }]);
    expect(await openAt(url).database.selectFrom("apiKeys").selectAll().execute()).toEqual([]);
  });

  it("refuses a database of a newer version with a line that says what to do", async () => {
    const url = await server.createDatabase();
    await openAt(url).open();
    await ask(url, "insert into schema_migrations (name) values ('9999-from-the-future')");
    const older = openAt(url);
    await expect(older.open()).rejects.toThrow(DatabaseTooNewError);
    await expect(older.database.selectFrom("owner").selectAll().execute()).rejects.toThrow(
      /newer version.*9999-from-the-future.*Run that version/,
    );
  });

  it("ends a statement that takes too long, and answers the next one", async () => {
    const { database } = openAt(await server.createDatabase(), { statementTimeoutMs: 2_000 });
    await expect(sql`select pg_sleep(30)`.execute(database)).rejects.toMatchObject(AWAY);
    expect(await database.selectFrom("owner").selectAll().execute()).toEqual([]);
  });

  it("is away, and says no more, when its disk is full, it shuts down or somebody else holds a lock too long", async () => {
    const { database } = openAt(await server.createDatabase());
    for (const state of ["53100", "53300", "57P01", "40P01", "55P03", "25006"]) {
      const raise = `do $$ begin raise exception 'a private story' using errcode = '${state}'; end $$`;
      const refused = await sql
        .raw(raise)
        .execute(database)
        .catch((thrown: unknown) => thrown);
      expect(refused).toMatchObject(AWAY);
      expect(String(refused)).not.toContain("private");
    }
    await expect(sql.raw("select 1 / 0").execute(database)).rejects.toMatchObject({ code: "22012" });
  });

  it(
    "fails at once while the server restarts, and works again by itself",
    async () => {
      const { database } = openAt(await server.createDatabase());
      const read = () => database.selectFrom("owner").selectAll().execute();
      expect(await read()).toEqual([]);
      await server.halt("immediate");
      await expect(read()).rejects.toMatchObject(AWAY);
      await expect(read()).rejects.toMatchObject(AWAY);
      await server.start();
      await waitUntil(async () => (await read().catch(() => null))?.length === 0);
    },
    TIMEOUT_MS,
  );

  it(
    "does not wait for ever on a server that says nothing, and lets nobody else wait then",
    async () => {
      const sockets = new Set<{ destroy(): void }>();
      const silent: Server = createServer((socket) => sockets.add(socket));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const { database } = openAt(`postgres://u:p@127.0.0.1:${port}/n`);
      const read = () => database.selectFrom("owner").selectAll().execute();
      await expect(read()).rejects.toMatchObject(AWAY);
      const attempts = sockets.size;
      await expect(read()).rejects.toMatchObject(AWAY);
      expect([attempts, sockets.size]).toEqual([1, 1]);
      for (const socket of sockets) socket.destroy();
      silent.close();
    },
    TIMEOUT_MS,
  );
});

describeWith("postgres", "a connection to a PostgreSQL server with TLS", () => {
  let server: PostgresServer;
  let url = "";
  let certificate = "";
  const read = async (address: string, certificateAuthority: string | null = null): Promise<unknown> => {
    const { database, close } = createPostgresDatabase({ url: address, certificateAuthority, logger });
    const state = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    try {
      return (await state.execute(database)).rows[0]?.ssl;
    } catch (thrown) {
      return thrown;
    } finally {
      await close();
    }
  };
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "tls-test-"));
    const key = join(folder, "key");
    const file = join(folder, "certificate");
    execFileSync(
      "openssl",
      [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
          " ",
        ),
        ..."-addext subjectAltName=DNS:localhost".split(" "),
        ...["-keyout", key, "-out", file],
      ],
      { stdio: "ignore" },
    );
    certificate = readFileSync(file, "utf8");
    server = await startPostgres(
      { ssl: "on" },
      { "server.crt": certificate, "server.key": readFileSync(key, "utf8") },
    );
    rmSync(folder, { recursive: true });
    url = await server.createDatabase();
  }, TIMEOUT_MS);
  afterAll(() => server.stop(), TIMEOUT_MS);
  const named = (mode: string) => `${url.replace("127.0.0.1", "localhost")}?sslmode=${mode}`;

  it("trusts the authority of the settings", async () => {
    expect(await read(named("verify-full"), certificate)).toBe(true);
    expect(await read(named("require"), certificate)).toBe(true);
  });

  it("refuses a server that nobody vouches for, or that has another name", async () => {
    expect(await read(named("verify-full"))).toMatchObject(AWAY);
    expect(await read(named("require"))).toMatchObject(AWAY);
    expect(await read(`${url}?sslmode=verify-full`, certificate)).toMatchObject(AWAY);
  });

  it("takes any certificate, or none, only when the address says so", async () => {
    expect(await read(named("no-verify"))).toBe(true);
    expect(await read(named("disable"))).toBe(false);
  });
});
