import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const SCRIPT = resolve(import.meta.dirname, "../../terraform/pack-functions.mjs");
const FUNCTIONS = ["docs", "execute", "health", "mcp", "oauth", "query"];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pack-functions-"));
  for (const name of FUNCTIONS) {
    mkdirSync(join(folder, "dist", name, "assets"), { recursive: true });
    writeFileSync(join(folder, "dist", name, "index.js"), `exports.${name} = () => "ä";\n`);
    writeFileSync(join(folder, "dist", name, "assets", "page.css"), "");
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function pack(out: string): Readonly<Record<string, string>> {
  execFileSync(process.execPath, [SCRIPT, join(folder, "dist"), join(folder, out)]);
  return JSON.parse(readFileSync(join(folder, out, "sources.tfvars.json"), "utf8")).source_objects;
}

describe("packing the functions", () => {
  it("says which function is not built", () => {
    rmSync(join(folder, "dist", "query"), { recursive: true });
    const run = spawnSync(process.execPath, [SCRIPT, join(folder, "dist"), join(folder, "out")], {
      encoding: "utf8",
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toBe("query is not built: run npm run build first.\n");
  });

  it("gives the same files the same name and bytes, whenever and wherever they were built", () => {
    const first = pack("first");
    utimesSync(join(folder, "dist", "query", "index.js"), 1, 1);
    mkdirSync(join(folder, "dist", "query", "node_modules", "x"), { recursive: true });
    writeFileSync(join(folder, "dist", "query", "node_modules", "x", "index.js"), "installed");
    expect(pack("second")).toEqual(first);
    for (const object of Object.values(first)) {
      expect(readFileSync(join(folder, "first", object))).toEqual(
        readFileSync(join(folder, "second", object)),
      );
    }
  });

  it("gives a changed function another name and leaves the others alone", () => {
    const first = pack("first");
    writeFileSync(join(folder, "dist", "docs", "index.js"), "changed");
    const second = pack("second");
    expect(second["docs"]).not.toBe(first["docs"]);
    expect({ ...second, docs: "" }).toEqual({ ...first, docs: "" });
  });

  it("names the objects as Terraform's variable wants them", () => {
    const objects = pack("out");
    expect(Object.keys(objects)).toEqual(FUNCTIONS);
    for (const [name, object] of Object.entries(objects)) {
      expect(object).toMatch(new RegExp(`^functions/${name}-[0-9a-f]{64}\\.zip$`));
    }
    expect(readdirSync(join(folder, "out", "functions"))).toHaveLength(FUNCTIONS.length);
  });
});
