import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { stop } from "esbuild";
import { bundleFunction } from "../../../scripts/build/bundle-function.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bundle-test-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));
// esbuild leaves a process behind, which the next file of the worker would find.
afterAll(stop);

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function bundle(): Promise<number> {
  return bundleFunction(root, "paint", join(root, "out"));
}

describe("a bundle", () => {
  it.each([
    ["another function", "functions/draw/draw.ts"],
    ["the embedded warehouse", "functions/paint/warehouse-duckdb/engine.ts"],
    ["the embedded warehouse's translator", "node_modules/@polyglot-sql/sdk/index.js"],
    ["the embedded warehouse's engine", "node_modules/@duckdb/node-api/index.js"],
    ["the authorization server", "node_modules/oidc-provider/lib/index.js"],
    ["an engine for foreign programs", "node_modules/isolated-vm/index.js"],
    ["the composition of one machine", "local/start.ts"],
    ["the sandbox", "sandbox/jail/start-jail.ts"],
    ["the executor of one machine", "functions/paint/executor-local.ts"],
  ])("is refused when it holds %s, with the imports that lead there", async (reason, forbidden) => {
    write(forbidden, "export const colour = 1;");
    write("functions/paint/brush.ts", `export { colour } from "../../${forbidden}";`);
    write(
      "functions/paint/index.ts",
      'import { colour } from "./brush.ts"; export const paint = () => colour;',
    );
    const chain = ["functions/paint/index.ts", "functions/paint/brush.ts", forbidden].join(" -> ");
    await expect(bundle()).rejects.toThrow(`The bundle of paint must not hold ${reason}: ${chain}`);
  });

  it("is refused when it does not export its entry point under its own name", async () => {
    write("functions/paint/index.ts", "export const painting = () => 1;");
    await expect(bundle()).rejects.toThrow('must export its entry point as "paint"');
  });

  it("is written when it holds only what is its own and shared", async () => {
    write("shared/colour.ts", "export const colour = 1;");
    write(
      "functions/paint/index.ts",
      'import { colour } from "../../shared/colour.ts"; export const paint = () => colour;',
    );
    expect(await bundle()).toBeGreaterThan(0);
  });
});
