import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createAuditTrail } from "#shared/audit/create-audit-trail.ts";
import { createPgliteDatabase } from "#shared/database/database-pglite.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../support/capabilities.ts";
import { copyPgliteTemplate } from "../support/pglite-template.ts";
import { startServer } from "../support/start-server.ts";

const TIMEOUT_MS = 120_000;
const silent = createLogger({}, () => undefined);

/** Runs one of the commands as `npm run` does. */
function command(name: "backup" | "restore" | "audit", dataFolder: string, ...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", `scripts/${name}.ts`, ...parameters],
    {
      encoding: "utf8",
      timeout: TIMEOUT_MS,
      env: { PATH: process.env["PATH"] ?? "", CODEX_DATA_DIR: dataFolder },
    },
  );
  return { status, stdout, stderr };
}

async function recordProgram(dataFolder: string, requestId: string): Promise<void> {
  const { database, close } = createPgliteDatabase({ folder: join(dataFolder, "database"), logger: silent });
  const trail = createAuditTrail({ database, days: 90, keepsText: false, logger: silent });
  await trail.record({
    at: new Date(),
    principalId: "key:default",
    principalName: "evil\u001B[2Jname",
    client: null,
    operation: "execute_code",
    outcome: "ok",
    status: 200,
    durationMs: 5,
    text: "print(1)",
    requestId,
  });
  await trail.close();
  await close();
}

describe("the owner's commands for the data folder", () => {
  let home = "";
  let dataFolder = "";
  let file = "";
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "backup-test-"));
    dataFolder = join(home, "data");
    file = join(home, "backup.tar.gz");
    await mkdir(join(dataFolder, "files"), { recursive: true });
    await writeFile(join(dataFolder, "signing-key"), "the signing key\n", { mode: 0o600 });
    await writeFile(join(dataFolder, "files", "späße 🙂.txt"), "a file\n");
    await copyPgliteTemplate(join(dataFolder, "database"));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it(
    "brings all of it back as it was, and moves what was there aside",
    async () => {
      await recordProgram(dataFolder, "before");
      const backup = command("backup", dataFolder, file);
      expect(backup).toMatchObject({ status: 0, stderr: "" });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await recordProgram(dataFolder, "after");
      await writeFile(join(dataFolder, "signing-key"), "another one\n");
      await rm(join(dataFolder, "files"), { recursive: true });
      const restore = command("restore", dataFolder, file);
      expect(restore).toMatchObject({ status: 0, stderr: "" });
      expect(readFileSync(join(dataFolder, "signing-key"), "utf8")).toBe("the signing key\n");
      expect(statSync(join(dataFolder, "signing-key")).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(dataFolder, "files", "späße 🙂.txt"), "utf8")).toBe("a file\n");
      expect(existsSync(join(dataFolder, "backup.json"))).toBe(false);
      const audit = command("audit", dataFolder, "--json").stdout.trim().split("\n");
      expect(audit.map((line) => JSON.parse(line).requestId)).toEqual(["before"]);
      const aside = readdirSync(home).find((name) => name.startsWith("data.before-")) ?? "";
      expect(restore.stdout).toContain(aside);
      expect(readFileSync(join(home, aside, "signing-key"), "utf8")).toBe("another one\n");
    },
    TIMEOUT_MS,
  );

  it(
    "restores on a machine that has no data folder yet",
    async () => {
      expect(command("backup", dataFolder, file).status).toBe(0);
      const elsewhere = join(home, "new", "data");
      expect(command("restore", elsewhere, file)).toMatchObject({ status: 0, stderr: "" });
      expect(statSync(elsewhere).mode & 0o777).toBe(0o700);
      expect(readFileSync(join(elsewhere, "signing-key"), "utf8")).toBe("the signing key\n");
      expect(readdirSync(join(home, "new"))).toEqual(["data"]);
    },
    TIMEOUT_MS,
  );

  it(
    "refuses what is no back-up, a damaged one and one of a newer version, and changes nothing",
    async () => {
      expect(command("backup", dataFolder, file).status).toBe(0);
      const noise = join(home, "noise");
      await writeFile(noise, "not an archive");
      expect(command("restore", dataFolder, noise)).toMatchObject({
        status: 1,
        stderr: `${noise} is not a back-up that \`npm run backup\` made, or it is damaged.\n`,
      });
      truncateSync(file, statSync(file).size - 1000);
      expect(command("restore", dataFolder, file).status).toBe(1);
      await writeFile(join(home, "backup.json"), JSON.stringify({ format: 2 }));
      spawnSync("tar", ["-czf", noise, "-C", home, "backup.json"]);
      expect(command("restore", dataFolder, noise).stderr).toContain("was made by a newer version");
      expect(command("restore", dataFolder, join(home, "missing")).stderr).toContain("is not there");
      expect(readFileSync(join(dataFolder, "signing-key"), "utf8")).toBe("the signing key\n");
      expect(readdirSync(home).filter((name) => name.startsWith("data"))).toEqual(["data"]);
    },
    TIMEOUT_MS,
  );

  it("never overwrites a file, nor writes into the folder that it copies", async () => {
    await writeFile(file, "precious");
    expect(command("backup", dataFolder, file)).toMatchObject({ status: 1, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect(command("backup", dataFolder, join(dataFolder, "b.tar.gz")).stderr).toContain(
      "inside the data folder",
    );
    expect(command("backup", dataFolder).stderr).toBe("Say where to: npm run backup -- backup.tar.gz\n");
    expect(command("backup", join(home, "nowhere"), join(home, "b")).stderr).toContain("no data folder");
    expect(command("backup", dataFolder, join(home, "no", "folder")).status).toBe(1);
  });

  it(
    "prints the audit trail without obeying what callers put into their names",
    async () => {
      expect(command("audit", dataFolder).stdout).toBe("Nothing has been run or asked yet.\n");
      await recordProgram(dataFolder, "r");
      const { stdout, status } = command("audit", dataFolder, "--days", "1", "--operation", "execute_code");
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /^20\S+Z {2}execute_code {6}ok {10} {5}5 ms {2}evil\uFFFD\[2Jname {2}8 bytes sha256:\w{12}\n$/,
      );
      expect(command("audit", dataFolder, "--limit", "0")).toMatchObject({ status: 1, stdout: "" });
      expect(command("audit", dataFolder, "--operation", "other").stdout).toContain("Nothing");
    },
    TIMEOUT_MS,
  );
});

describeWith("sandbox", "the owner's commands while the server runs", () => {
  it(
    "are refused with a line that names the server",
    async () => {
      const server = await startServer();
      const home = await mkdtemp(join(tmpdir(), "backup-test-"));
      const refusal = `Process ${server.pid} uses the data folder ${server.dataFolder}. Stop it and try again.\n`;
      const file = join(home, "backup.tar.gz");
      expect(command("backup", server.dataFolder, file)).toEqual({ status: 1, stdout: "", stderr: refusal });
      await mkdir(join(home, "empty"));
      expect(command("backup", join(home, "empty"), file).status).toBe(0);
      expect(command("restore", server.dataFolder, file)).toEqual({ status: 1, stdout: "", stderr: refusal });
      expect((await server.request("/health")).status).toBe(200);
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
    TIMEOUT_MS,
  );
});
