import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { type RunningProcess, startProcess } from "../support/start-process.ts";

/** The first start makes a database. */
const TIMEOUT_MS = 180_000;

const start = (folder: string): Promise<RunningProcess> =>
  startProcess({
    command: [process.execPath, "local/start.ts"],
    cwd: process.cwd(),
    environment: { PATH: process.env["PATH"] ?? "", PORT: "0", CODEX_DATA_DIR: folder },
    ready: /Try it:\n(?: {2}curl .*\n){3}/,
  });

describeWith("sandbox", "the first start", () => {
  let folder: string;
  let server: RunningProcess;
  beforeAll(async () => {
    // Inside the checkout, as by default, and for its owner alone. A space and a quote: the printed lines must survive them.
    folder = mkdtempSync(join(process.cwd(), ".data-first start's "));
    server = await start(folder);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  }, TIMEOUT_MS);

  it("makes a key that only its owner can read, and prints where it lies but not the key", () => {
    const file = join(folder, "api-key");
    const key = readFileSync(file, "utf8").trim();
    expect(key).toMatch(/^codex_[\w-]{48}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(server.output()).toContain(file);
    expect(server.output()).not.toContain(key);
  });

  it("prints three curl lines that work when pasted", () => {
    const lines = server.ready[0].split("\n").filter((line) => line.startsWith("  curl "));
    const answers = lines.map((line) =>
      JSON.parse(spawnSync("bash", ["-c", line], { encoding: "utf8" }).stdout),
    );
    expect(answers[0]).toMatchObject({ status: "healthy" });
    expect(answers[1]).toMatchObject({ success: true, output: "4\n", error: null, exit_code: 0 });
    expect(answers[2]).toMatchObject({ success: true, error: null });
    expect(answers[2].data.length).toBeGreaterThan(1);
  });

  it(
    "keeps the key at the second start",
    async () => {
      const before = readFileSync(join(folder, "api-key"), "utf8");
      await server.stop();
      server = await start(folder);
      expect(readFileSync(join(folder, "api-key"), "utf8")).toBe(before);
    },
    TIMEOUT_MS,
  );
});
