import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { findFreePort } from "../support/free-port.ts";
import { post } from "../support/post.ts";
import { ask, type PostgresServer, startPostgres } from "../support/start-postgres.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const TIMEOUT_MS = 180_000;

/** Starts a server that has to refuse. */
function startAndFail(environment: Readonly<Record<string, string>>) {
  const { status, stderr } = spawnSync(process.execPath, ["local/start.ts"], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    env: { PATH: process.env["PATH"] ?? "", PORT: "0", ...environment },
  });
  return { status, stderr };
}

describe("a second server on the same data folder", () => {
  it(
    "is refused with one line that names the first, which goes on",
    async () => {
      const server = await startServer();
      expect(startAndFail({ CODEX_DATA_DIR: server.dataFolder })).toEqual({
        status: 1,
        stderr: `Process ${server.pid} uses the database in ${server.dataFolder}/database, which takes one process at a time. Stop it, or set CODEX_DATA_DIR to another folder.\n`,
      });
      expect((await server.request("/health")).status).toBe(200);
      await server.stop();
    },
    TIMEOUT_MS,
  );
});

describeWith(["postgres", "sandbox"], "servers on a PostgreSQL server", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, TIMEOUT_MS);
  afterAll(() => postgres.stop(), TIMEOUT_MS);

  it(
    "hold a limit in sum, and keep one trail of what both ran",
    async () => {
      const url = await postgres.createDatabase();
      const shared = {
        DATABASE_URL: url,
        EXECUTE_RATE_PER_MINUTE: "6",
        CODEX_API_TOKEN: "a-key-of-both-servers",
        // Few sandboxes are made ready while the calls have to fit into a minute of the clock.
        SANDBOX_WARM_PYTHON: "2",
        SANDBOX_WARM_DATA: "0",
        SANDBOX_WARM_JAVASCRIPT: "0",
        SANDBOX_WARM_NODE: "0",
      };
      const servers = await Promise.all([startServer(shared), startServer(shared)]);
      const run = (server: RunningServer) => post(server, "/execute", { code: "print(1)" });
      const statuses: number[] = [];
      try {
        const intoMinuteMs = Date.now() % 60_000;
        if (intoMinuteMs > 30_000) await new Promise((resolve) => setTimeout(resolve, 60_100 - intoMinuteMs));
        for (const server of [...servers, ...servers]) statuses.push((await run(server)).status);
        const answers = await Promise.all([...servers, ...servers, ...servers].map(run));
        statuses.push(...answers.map(({ status }) => status));
        expect(servers.map((server) => server.logs()).join("")).not.toContain("by each instance alone");
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
      }
      expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 200, 200, 429, 429, 429, 429]);
      const kept = await ask(url, "select operation, principal_id, outcome, text from audit_events");
      const ran = { operation: "execute_code", principal_id: "key:default", outcome: "ok", text: null };
      expect(kept).toEqual(Array.from({ length: 6 }, () => ran));
    },
    TIMEOUT_MS,
  );

  it(
    "start and run programs while it is away",
    async () => {
      const nobody = `postgres://u:secret-password@127.0.0.1:${await findFreePort()}/n`;
      const server = await startServer({ DATABASE_URL: nobody });
      expect((await post(server, "/execute", { code: "print(1)" })).body).toMatchObject({ output: "1\n" });
      expect((await server.request("/health")).status).toBe(200);
      const stranger = `Bearer codex_${"x".repeat(48)}`;
      const { status } = await server.request("/languages", { headers: { authorization: stranger } });
      expect([401, 503]).toContain(status);
      await server.stop();
      expect(server.logs()).toContain("the database cannot be opened yet");
      expect(server.logs()).not.toContain("secret-password");
    },
    TIMEOUT_MS,
  );

  it(
    "refuse to start over a newer database, and over an address that cannot be understood, each with one line",
    async () => {
      const url = await postgres.createDatabase();
      await ask(
        url,
        "create table schema_migrations (name text primary key, applied_at timestamptz default now())",
      );
      await ask(url, "insert into schema_migrations (name) values ('9999-from-the-future')");
      const folder = mkdtempSync(join(tmpdir(), "start-test-"));
      expect(startAndFail({ CODEX_DATA_DIR: folder, DATABASE_URL: url })).toEqual({
        status: 1,
        stderr: expect.stringMatching(
          /^The database was made by a newer version .*9999-from-the-future.*\n$/,
        ),
      });
      expect(startAndFail({ CODEX_DATA_DIR: folder, DATABASE_URL: "mysql://u:secret@h/n" })).toEqual({
        status: 1,
        stderr:
          "Wrong settings: DATABASE_URL must be an address like postgres://user:password@host:5432/name.\n",
      });
      rmSync(folder, { recursive: true });
    },
    TIMEOUT_MS,
  );
});
