import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isWholeApiKey } from "#shared/auth/create-api-key.ts";
import { describeWith } from "../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../support/start-postgres.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TIMEOUT_MS = 120_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as its user does. @param input what is piped into it */
function run(
  settings: Readonly<Record<string, string>>,
  command: readonly string[],
  input = "",
): Promise<Ended> {
  const [script = "", ...words] = command;
  const child = spawn(process.execPath, ["--no-warnings", `scripts/${script}.ts`, ...words], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", ...settings },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

describeWith("postgres", "npm run keys and npm run owner", () => {
  let server: PostgresServer;
  let settings: Readonly<Record<string, string>>;
  beforeAll(async () => {
    server = await startPostgres();
    settings = { DATABASE_URL: await server.createDatabase() };
  }, TIMEOUT_MS);
  afterAll(() => server.stop(), TIMEOUT_MS);
  const keys = (...words: string[]) => run(settings, ["keys", ...words]);
  const owner = (input: string, ...words: string[]) => run(settings, ["owner", ...words], input);

  it(
    "make a key, list it without showing it, rename it and revoke it",
    async () => {
      const made = await keys("create", "night job", "--scopes", "query, query:write", "--days", "never");
      expect(isWholeApiKey(made.out.trim())).toBe(true);
      expect(made.err).toContain("night job may query, query:write; it expires: never");
      const listed = await keys("list");
      expect(listed.out).toMatch(
        /^[0-9a-f-]{36} {2}night job {2}query,query:write {2}made \S+ {2}expires never {2}used never\n$/,
      );
      const [id = ""] = listed.out.split(" ");
      expect((await keys("rename", id, "day job")).code).toBe(0);
      expect((await keys("revoke", "day job")).out).toContain("day job is revoked");
      expect((await keys("list", "--json")).out).toMatch(/"name":"day job".*"revokedAt":"2/);
      expect((await keys("revoke", id)).code).toBe(1);
    },
    TIMEOUT_MS,
  );

  it(
    "ask for the id where two keys have one name, and revoke all after a leak",
    async () => {
      for (const name of ["twin", "twin"]) await keys("create", name);
      expect((await keys("revoke", "twin")).err).toContain("2 keys have that name");
      const ended = await keys("revoke-all");
      expect(ended.out).toContain("2 keys are revoked");
      expect(ended.err).toContain("settings go on working");
    },
    TIMEOUT_MS,
  );

  it.each([
    ["keys", ["constructor"]],
    ["keys", ["create", "x", "--scopes", "admin"]],
    ["keys", ["create", "x", "--days", "-1"]],
    ["owner", ["set-everything"]],
  ])(
    "say in words what is wrong: %s %j",
    async (script, words) => {
      const ended = await run(settings, [script, ...words]);
      expect(ended).toMatchObject({ code: 1, out: "" });
      expect(ended.err).not.toBe("");
      expect(ended.err).not.toMatch(/^\s+at /m);
    },
    TIMEOUT_MS,
  );

  it(
    "set a passphrase that is good, and print a set-up code only where there is none",
    async () => {
      expect((await owner("", "set-up-code")).out).toMatch(/^(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}\n$/);
      const short = await owner("short\n", "set-passphrase");
      expect(short).toMatchObject({ code: 1, out: "" });
      expect(short.err).toContain("at least 12 characters");
      const set = await owner("three good words here\n", "set-passphrase");
      expect(set).toMatchObject({ code: 0, err: "" });
      expect(set.out).not.toContain("good words");
      expect((await owner("", "set-up-code")).err).toContain("There is a passphrase already");
      expect((await owner("", "sign-out")).code).toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe("npm run keys without a database server", () => {
  it(
    "works on the database in the data folder",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "keys-test-"));
      try {
        const made = await run({ CODEX_DATA_DIR: folder }, ["keys", "create", "laptop"]);
        expect(isWholeApiKey(made.out.trim())).toBe(true);
        expect((await run({ CODEX_DATA_DIR: folder }, ["keys", "list"])).out).toContain("laptop");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );
});
