import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

/** Starts the server and waits for its end; the data folder is a fresh one unless given. */
function startAndFail(environment: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "start-failure-"));
  try {
    const { status, stderr } = spawnSync(process.execPath, ["local/start.ts"], {
      env: { PATH: process.env["PATH"] ?? "", PORT: "0", CODEX_DATA_DIR: folder, ...environment },
      encoding: "utf8",
      timeout: 55_000,
    });
    return { status, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("a start that cannot succeed prints one line, no stack, and exits with 1", () => {
  it.each([
    ["a port that is no number", { PORT: "http" }, /PORT must be a whole number/],
    ["a rate that is negative", { EXECUTE_RATE_PER_MINUTE: "-1" }, /EXECUTE_RATE_PER_MINUTE must be/],
    ["a key that is too short", { CODEX_API_TOKEN: "secret" }, /CODEX_API_TOKEN must have 16/],
    ["a base address that is none", { PUBLIC_BASE_URL: "example.org" }, /PUBLIC_BASE_URL must be an address/],
    ["an open address without its public name", { HOST: "0.0.0.0" }, /PUBLIC_BASE_URL is missing/],
    [
      "a sandbox that no interpreter fits into",
      { SANDBOX_MEMORY_MIB: "63" },
      /SANDBOX_MEMORY_MIB must be a whole number from 64 to 65536/,
    ],
    [
      "a server that runs nothing",
      { SANDBOX_CONCURRENCY: "0" },
      /SANDBOX_CONCURRENCY must be a whole number/,
    ],
    ["half a program in the queue", { SANDBOX_QUEUE_LENGTH: "0.5" }, /SANDBOX_QUEUE_LENGTH must be/],
    ["a switch that is neither", { SANDBOX_MEMORY_CGROUP: "yes" }, /SANDBOX_MEMORY_CGROUP must be on or off/],
    [
      "two wrong settings",
      { SANDBOX_CPU_SECONDS: "0", SANDBOX_DISK_MIB: "1e3" },
      /SANDBOX_CPU_SECONDS must be .*; SANDBOX_DISK_MIB must be/,
    ],
    ["an unknown warehouse", { WAREHOUSE: "mysql" }, /WAREHOUSE/],
    [
      "a data folder that cannot be made",
      { CODEX_DATA_DIR: "/dev/null/data" },
      /data folder .* cannot be written/,
    ],
    [
      "broken Google credentials",
      { WAREHOUSE: "bigquery", GOOGLE_CREDENTIALS_BASE64: "%%%" },
      /GOOGLE_CREDENTIALS_BASE64 is not base64/,
    ],
  ])("%s", (_what, environment, message) => {
    const { status, stderr } = startAndFail(environment as Record<string, string>);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(1);
    expect(stderr).not.toContain("secret");
  });

  it("a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { status, stderr } = startAndFail({ PORT: String((other.address() as AddressInfo).port) });
    other.close();
    expect(stderr).toMatch(/^Port \d+ of 127\.0\.0\.1 is taken\. .*set PORT.*\n$/);
    expect(status).toBe(1);
  });

  it("a damaged key file", () => {
    const folder = mkdtempSync(join(tmpdir(), "start-failure-"));
    writeFileSync(join(folder, "api-key"), "nonsense");
    const { status, stderr } = startAndFail({ CODEX_DATA_DIR: folder });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^The API key in .* is damaged\..*\n$/)]);
  });
});
