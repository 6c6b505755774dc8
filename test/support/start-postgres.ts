import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { findFreePort } from "./free-port.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";

const run = promisify(execFile);
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 25;

/** A real PostgreSQL server of one test file, on a port of 127.0.0.1. */
export interface PostgresServer {
  /** Makes an empty database. @returns its address with user and password */
  createDatabase(): Promise<string>;
  /** Ends the server: `fast` breaks connections, `immediate` is a crash. Fine when it has ended. */
  halt(how?: "fast" | "immediate"): Promise<void>;
  /** Starts the server that was halted, on the same port and data. */
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server in a folder of its own: without waiting for disks, as another user when root runs the tests, because
 * PostgreSQL refuses root.
 * @param settings further settings of the server, such as `{ max_connections: "20" }`
 * @param files put into its data folder, for the server alone to read
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const binaries = findPostgresBinaries();
  if (binaries === null) throw new Error("There is no PostgreSQL: apt-get install postgresql");
  const user = chooseUser();
  const folder = await mkdtemp(join(tmpdir(), "postgres-test-"));
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password);
  await chmod(folder, 0o700);
  if (user !== null) for (const path of [passwordFile, folder]) await chown(path, user.uid, user.gid);
  const data = join(folder, "data");
  const form = { cwd: "/", env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8" }, ...user };
  await run(
    join(binaries, "initdb"),
    ["-D", data, "-U", "tests", "-A", "scram-sha-256", "--pwfile", passwordFile, "--no-sync"],
    form,
  );
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(data, name), content, { mode: 0o600 });
    if (user !== null) await chown(join(data, name), user.uid, user.gid);
  }
  const port = await findFreePort();
  const given = { fsync: "off", listen_addresses: "127.0.0.1", port: String(port), ...settings };
  const parameters = ["-D", data, "-k", folder, ...Object.entries(given).map(([n, v]) => `--${n}=${v}`)];
  const addressOf = (name: string) => `postgres://tests:${password}@127.0.0.1:${port}/${name}`;
  let server: ReturnType<typeof spawn> | null = null;
  const start = async () => {
    server = spawn(join(binaries, "postgres"), parameters, { ...form, stdio: "ignore" });
    await untilReady(addressOf("postgres"), server);
  };
  const halt = async (how: "fast" | "immediate" = "fast") => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await ended;
  };
  const stop = async () => {
    await halt("immediate");
    await rm(folder, { recursive: true, force: true });
  };
  const createDatabase = async () => {
    const name = `test_${randomBytes(6).toString("hex")}`;
    await ask(addressOf("postgres"), `create database ${name}`);
    return addressOf(name);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { createDatabase, halt, start, stop };
}

/** The user that the server runs as; null, for the same one, when the tests do not run as root. */
function chooseUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (name: string, what: "-u" | "-g") =>
    Number(execFileSync("id", [what, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: idOf("postgres", "-u"), gid: idOf("postgres", "-g") };
  } catch {
    return { uid: idOf("nobody", "-u"), gid: idOf("nobody", "-g") };
  }
}

/** Runs one statement on a connection of its own. */
export async function ask(address: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

async function untilReady(address: string, server: ReturnType<typeof spawn>): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await ask(address, "select 1");
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
