import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { stop } from "esbuild";
import { bundleFunction } from "../../../scripts/build/bundle-function.ts";
import { describeFull } from "../../support/capabilities.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
/** Milliseconds that a cold start may spend on importing the function, beside functions-framework. */
const PROMISE_MS = 150;
/** Other tests run at the same time, on machines of every kind. */
const BUSY_FACTOR = 4;
const RUNS = 7;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cold-import-"));
  write("package.json", '{"type": "module"}');
  // In place of functions-framework, which stays outside the bundle: an empty package under its name.
  write(
    "node_modules/@google-cloud/functions-framework/package.json",
    '{"type": "module", "main": "index.js"}',
  );
  write("node_modules/@google-cloud/functions-framework/index.js", "export const http = () => undefined;");
  write(
    "import.js",
    `const before = process.cpuUsage();
    const { query } = await import("./query/index.js");
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ kind: typeof query, cpuMs: (user + system) / 1000 }));
    process.exit(0);`,
  );
  await bundleFunction(ROOT, "query", join(folder, "query"));
}, 120_000);
afterAll(async () => {
  // esbuild leaves a process behind, which the next file of the worker would find.
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The import in a process of its own. */
function importOnce(): { readonly kind: string; readonly cpuMs: number } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["import.js"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: "", CODEX_API_TOKEN: "codex_a-key-of-the-import-test" },
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Processor time: what else the machine does counts little. */
const fastest = () => Math.min(...Array.from({ length: RUNS }, () => importOnce().cpuMs));

describe("the bundle of query", () => {
  it("has its entry point when it is imported without functions-framework", () => {
    expect(importOnce().kind).toBe("function");
  }, 60_000);

  it("holds no embedded engine", () => {
    const bundle = readFileSync(join(folder, "query", "index.js"), "utf8");
    expect(bundle).toContain("@google-cloud/bigquery");
    expect(bundle).not.toMatch(/duckdb|polyglot|isolated-vm|warehouse-duckdb/i);
  });

  it("is imported in little processor time", () => {
    expect(fastest()).toBeLessThan(PROMISE_MS * BUSY_FACTOR);
  }, 120_000);
});

describeFull([], "the bundle of query on a quiet machine", () => {
  it("is imported within the promise", () => {
    expect(fastest()).toBeLessThanOrEqual(PROMISE_MS);
  }, 120_000);
});
