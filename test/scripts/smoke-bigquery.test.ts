import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { loadBigquerySettings } from "#functions/query/config.ts";
import type { Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { type CheckResult, runChecks } from "../../scripts/smoke/run-checks.ts";
import { BELTS } from "../../scripts/smoke/smoke-belts.ts";
import { type ImitatedBigquery, startImitatedBigquery } from "../support/bigquery/imitated-bigquery.ts";
import { describeWith } from "../support/capabilities.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe("npm run smoke:bigquery", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "smoke-test-"));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function smoke(environment: Record<string, string>) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--no-warnings", "scripts/smoke-bigquery.ts"],
      {
        cwd: ROOT,
        encoding: "utf8",
        timeout: 60_000,
        env: { HOME: home, PATH: "", METADATA_SERVER_DETECTION: "none", ...environment },
      },
    );
    return { status, stdout, stderr };
  }

  it("says in one sentence what to set when there are no credentials", () => {
    const { status, stdout, stderr } = smoke({});
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^No Google credentials were found: set GOOGLE_CREDENTIALS_BASE64 .*\n$/);
  }, 70_000);

  it("says what is wrong with those that there are, and shows nothing of them", () => {
    const { status, stderr } = smoke({ GOOGLE_CREDENTIALS_BASE64: "c2VjcmV0" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^[^\n]*GOOGLE_CREDENTIALS_BASE64[^\n]*\n$/);
    expect(stderr).not.toContain("c2VjcmV0");
  }, 70_000);
});

describeWith("sandbox", "the twenty checks, over an imitation of BigQuery", () => {
  const words = Array.from({ length: 60 }, (_, n) => `word${n},${n},${n % 3 ? "hamlet" : "lear"},1600`);
  let bigquery: ImitatedBigquery;
  let warehouse: Warehouse;
  let results: readonly CheckResult[];

  beforeAll(async () => {
    bigquery = await startImitatedBigquery({
      projectId: "bigquery-public-data",
      files: {
        "samples/shakespeare.csv": `word,word_count,corpus,corpus_date\n${words.join("\n")}\n`,
        "samples/natality.csv": "year\n1969\n",
        "noaa_gsod/gsod2020.csv": "day\n2020-01-01\n",
      },
      tables: { "samples.natality": { numBytes: 23_000_000_000 } },
    });
    const settings = loadBigquerySettings({ ...BELTS, GOOGLE_CLOUD_PROJECT: "bigquery-public-data" });
    warehouse = createBigqueryWarehouse({
      ...settings,
      authClient: new PassThroughClient(),
      apiEndpoint: bigquery.endpoint,
    });
    const found: CheckResult[] = [];
    for await (const result of runChecks(warehouse)) found.push(result);
    results = found;
  }, 120_000);
  afterAll(async () => {
    await warehouse.close();
    await bigquery.close();
  });

  it("are twenty, and each says something", () => {
    expect(results).toHaveLength(20);
    for (const { note } of results) expect(note).not.toBe("");
  });

  it("are good, but for the types that the imitation lacks", () => {
    const bad = results.filter(({ isGood }) => !isGood);
    expect(bad.map(({ name }) => name)).toEqual(["GEOGRAPHY, INTERVAL, RANGE, JSON, BIGNUMERIC"]);
  });

  it("change nothing", () => {
    expect(bigquery.jobs().length).toBeGreaterThan(0);
    expect(bigquery.calls.filter(({ kind }) => kind === "other")).toEqual([]);
  });
});
