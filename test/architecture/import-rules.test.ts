import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
const FUNCTIONS = readdirSync(join(ROOT, "functions")).filter((name) =>
  existsSync(join(ROOT, "functions", name, "index.ts")),
);

const FORBIDDEN: readonly [file: string, imported: string, says: string][] = [
  ["shared/http/pipeline.ts", "#functions/execute/create-execute.ts", "shared/ must not know"],
  ["shared/http/pipeline.ts", "../../functions/execute/create-execute.ts", "shared/ must not know"],
  ["shared/http/pipeline.ts", "#sandbox/jail/start-jail.ts", "shared/ must not know"],
  ["shared/http/pipeline.ts", "../../local/start.ts", "shared/ must not know"],
  ["shared/http/pipeline.ts", "../../test/support/start-server.ts", "neither its tests nor its tools"],
  ["shared/http/pipeline.ts", "@google-cloud/bigquery", "Only an adapter"],
  ["shared/http/pipeline.ts", "isolated-vm", "Only an adapter"],

  ["shared/contract/operation.ts", "ajv", "shared/contract imports nothing"],
  ["shared/contract/operation.ts", "node:fs", "shared/contract imports nothing"],
  ["shared/contract/operation.ts", "../errors/app-error.ts", "shared/contract imports nothing"],
  ["shared/contract/execute/execute-code.ts", "ajv", "shared/contract imports nothing"],
  [
    "shared/contract/execute/execute-code.ts",
    "#shared/errors/app-error.ts",
    "shared/contract imports nothing",
  ],
  ["shared/contract/execute/execute-code.ts", "../../errors/app-error.ts", "shared/contract imports nothing"],

  ["functions/query/query-bigquery.ts", "../../shared/errors/app-error.ts", "Write #shared/"],
  [
    "functions/query/query-bigquery.ts",
    "../../local/start.ts",
    "Nothing imports the one-machine composition",
  ],
  ["functions/query/query-bigquery.ts", "../../scripts/generate.ts", "neither its tests nor its tools"],
  ["functions/query/query-bigquery.ts", "#sandbox/jail/start-jail.ts", "Only the adapters of one machine"],
  [
    "functions/query/query-bigquery.ts",
    "../../sandbox/jail/start-jail.ts",
    "Only the adapters of one machine",
  ],
  ["functions/query/query-bigquery.ts", "@google-cloud/bigquery", "Only an adapter"],
  ["functions/query/query-bigquery.ts", "@duckdb/node-api", "Only an adapter"],
  [
    "functions/execute/executor/executor-cloud-run-job.ts",
    "#sandbox/entry/run-document.ts",
    "Only the adapters of one machine",
  ],
  [
    "functions/query/create-query.ts",
    "./warehouse/warehouse-bigquery/to-cell.ts",
    "Only a function's index.ts",
  ],
  ["functions/execute/create-execute.ts", "./executor/executor-local.ts", "Only a function's index.ts"],

  ["functions/query/index.ts", "./warehouse/warehouse-duckdb/engine.ts", "cloud adapters only"],
  ["functions/execute/index.ts", "./executor/executor-local.ts", "cloud adapters only"],
  ["functions/execute/index.ts", "#functions/query/create-query.ts", "never another function"],
  ["functions/execute/index.ts", "../../shared/http/edge.ts", "Write #shared/"],
  ["functions/execute/index.ts", "../../local/start.ts", "Nothing imports the one-machine composition"],
  ["functions/execute/index.ts", "#sandbox/jail/start-jail.ts", "Only the adapters of one machine"],
  ["functions/execute/index.ts", "@google-cloud/run", "Only an adapter"],
  ["functions/execute/index.ts", "../../test/support/start-server.ts", "neither its tests nor its tools"],

  ["functions/query/warehouse/warehouse-bigquery/a.ts", "@duckdb/node-api", "No embedded engine"],
  ["functions/query/warehouse/warehouse-bigquery/a.ts", "../../../execute/a.ts", "never another function"],
  [
    "functions/query/warehouse/warehouse-bigquery/a.ts",
    "#sandbox/jail/a.ts",
    "Only the adapters of one machine",
  ],
  ["functions/query/warehouse/warehouse-bigquery/a.ts", "../../../../shared/a.ts", "Write #shared/"],
  [
    "functions/query/warehouse/warehouse-bigquery/a.ts",
    "../../../../local/a.ts",
    "Nothing imports the one-machine",
  ],
  [
    "functions/query/warehouse/warehouse-bigquery/a.ts",
    "../../../../test/a.ts",
    "neither its tests nor its tools",
  ],

  ["functions/query/warehouse/warehouse-duckdb/a.ts", "@google-cloud/bigquery", "needs no cloud"],
  ["functions/query/warehouse/warehouse-duckdb/a.ts", "#functions/execute/a.ts", "never another function"],
  ["functions/query/warehouse/warehouse-duckdb/a.ts", "../../../../shared/a.ts", "Write #shared/"],
  [
    "functions/execute/executor/executor-local.ts",
    "../../../local/start.ts",
    "Nothing imports the one-machine",
  ],
  ["functions/execute/executor/executor-local.ts", "../../../test/a.ts", "neither its tests nor its tools"],

  ["sandbox/jail/start-jail.ts", "#shared/http/pipeline.ts", "sandbox/ may use only"],
  ["sandbox/jail/start-jail.ts", "../../shared/contract/limits.ts", "sandbox/ may use only"],
  ["sandbox/jail/start-jail.ts", "#functions/execute/executor/executor.ts", "sandbox/ must not know"],
  ["sandbox/jail/start-jail.ts", "../../local/start.ts", "sandbox/ must not know"],
  ["sandbox/jail/start-jail.ts", "../../scripts/build.ts", "neither its tests nor its tools"],
  ["sandbox/jail/start-jail.ts", "@google-cloud/storage", "Only an adapter"],

  ["local/start.ts", "#functions/execute/index.ts", "index.ts composes the cloud"],
  ["local/start.ts", "../test/support/start-server.ts", "neither its tests nor its tools"],
  ["scripts/build.ts", "../local/start.ts", "Nothing imports the one-machine composition"],
  ["scripts/build.ts", "../test/support/start-server.ts", "The tools know no test"],
];

const PERMITTED: readonly [file: string, imported: string][] = [
  ["shared/http/pipeline.ts", "../errors/app-error.ts"],
  ["shared/contract/operation.ts", "./errors.ts"],
  ["shared/contract/execute/execute-code.ts", "../limits.ts"],
  ["shared/contract/execute/execute-code.ts", "json-schema-to-ts"],
  ["functions/query/create-query.ts", "./warehouse/warehouse.ts"],
  ["functions/query/create-query.ts", "#shared/contract/query/query-bigquery.ts"],
  ["functions/query/index.ts", "./warehouse/warehouse-bigquery/create-bigquery-warehouse.ts"],
  ["functions/query/warehouse/warehouse-bigquery/a.ts", "@google-cloud/bigquery"],
  ["functions/query/warehouse/warehouse-bigquery/a.ts", "../warehouse.ts"],
  ["functions/query/warehouse/warehouse-duckdb/engine/a.ts", "@duckdb/node-api"],
  ["functions/query/warehouse/warehouse-duckdb/a.ts", "#sandbox/jail/start-jail.ts"],
  ["functions/execute/executor/executor-local.ts", "#sandbox/supervisor/run-program.ts"],
  ["functions/execute/executor/executor-cloud-run-job.ts", "#sandbox/entry/program-document.ts"],
  ["sandbox/jail/start-jail.ts", "#shared/contract/limits.ts"],
  ["sandbox/languages/javascript/run.ts", "isolated-vm"],
  ["local/start.ts", "#functions/execute/executor/executor-local.ts"],
];

/** Every function's files try to import every other function. */
const ACROSS = FUNCTIONS.flatMap((from) =>
  FUNCTIONS.filter((to) => to !== from).map(
    (to) => [`functions/${from}/planted.ts`, `../${to}/create-${to}.ts`] as const,
  ),
);

/** Files that exist only here, each with all the imports that a row plants in it, one a line. */
const planted = new Map<string, string[]>();
for (const [file, imported] of [...FORBIDDEN, ...PERMITTED, ...ACROSS]) {
  planted.set(file, [...(planted.get(file) ?? []), imported]);
}

let findings: string[];

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "import-rules-"));
  try {
    findings = lintPlantedFiles(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

/** Lints a copy of the planted files by the checkout's own rules; one finding a line, with its file and line. */
function lintPlantedFiles(folder: string): string[] {
  cpSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
  for (const [file, imports] of planted) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), imports.map((imported) => `import "${imported}";\n`).join(""));
  }
  const options = ["--reporter=github", "--max-diagnostics=none", "--vcs-enabled=false"];
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, "node_modules/@biomejs/biome/bin/biome"),
      "lint",
      "--only=style/noRestrictedImports",
      ...options,
    ],
    { cwd: folder, encoding: "utf8", timeout: 60_000 },
  );
  return stdout.replaceAll(`${folder}/`, "").split("\n");
}

/** What the linter says of one planted import; empty when it says nothing. */
function findingOf(file: string, imported: string): string {
  const line = (planted.get(file) ?? []).indexOf(imported) + 1;
  return findings.filter((finding) => finding.includes(`file=${file},line=${line},`)).join();
}

describe("the linter", () => {
  it.each(FORBIDDEN)("refuses that %s imports %s", (file, imported, says) => {
    expect(findingOf(file, imported)).toContain(says);
  });

  it.each(ACROSS)("refuses that %s imports %s", (file, imported) => {
    expect(findingOf(file, imported)).toContain("never another function");
  });

  it("has no import rule that bites nothing here", () => {
    const messages = [...readFileSync(join(ROOT, "biome.json"), "utf8").matchAll(/"message": "(.*)"/g)];
    const toothless = messages.filter(
      ([, message]) => !findings.some((line) => line.endsWith(`::${message}`)),
    );
    expect(messages.length).toBeGreaterThan(0);
    expect(toothless.map(([, message]) => message)).toEqual([]);
  });

  it.each(PERMITTED)("permits that %s imports %s", (file, imported) => {
    expect(findingOf(file, imported)).toBe("");
  });
});
