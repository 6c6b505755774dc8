import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { describeFull } from "../../support/capabilities.ts";

const TEXT = readFileSync(resolve(import.meta.dirname, "../../../compose.yaml"), "utf8");
const TEST_MS = 60_000;

describeFull(["compose"], "Docker Compose's own reading of compose.yaml", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compose-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function readAs(text: string, settings: Readonly<Record<string, string>>) {
    writeFileSync(join(folder, "compose.yaml"), text);
    const hasPlugin = spawnSync("docker", ["compose", "version"]).status === 0;
    const [command, ...words] = hasPlugin ? ["docker", "compose"] : ["docker-compose"];
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder, ...settings };
    const options = { cwd: folder, env, encoding: "utf8", timeout: TEST_MS } as const;
    return spawnSync(command, [...words, "-f", "compose.yaml", "config", "--quiet"], options);
  }

  it(
    "takes it with a password",
    () => {
      expect(readAs(TEXT, { POSTGRES_PASSWORD: "made-up" })).toMatchObject({ status: 0, stderr: "" });
    },
    TEST_MS,
  );

  it(
    "refuses it without one, and says what to do",
    () => {
      const { status, stderr } = readAs(TEXT, {});
      expect(status).not.toBe(0);
      expect(stderr).toContain("Set it in .env as the first line of compose.yaml says");
    },
    TEST_MS,
  );

  it(
    "refuses a setting that there is not",
    () => {
      const { status, stderr } = readAs(TEXT.replace("restart:", "restarted:"), {
        POSTGRES_PASSWORD: "made-up",
      });
      expect(status).not.toBe(0);
      expect(stderr).toContain("restarted");
    },
    TEST_MS,
  );
});
