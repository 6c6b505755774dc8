import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { validateExecuteCode } from "#shared/contract/generated/execute-validators.js";
import { validateQueryBigquery } from "#shared/contract/generated/query-validators.js";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";

/** What a validator finds wrong, as `pointer keyword` lines. */
function violationsOf(validate: ValidateFunction<unknown>, body: unknown): readonly string[] {
  return validate(body)
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

const execute = (body: unknown): readonly string[] => violationsOf(validateExecuteCode, body);
const query = (body: unknown): readonly string[] => violationsOf(validateQueryBigquery, body);

describe("validateExecuteCode", () => {
  it.each([null, [], "print(1)", 5, true])("refuses %j, which is no object", (body) => {
    expect(execute(body)).toEqual([" type"]);
  });

  it.each([
    ["text", "5", "type"],
    ["a fraction", 1.5, "type"],
    ["null", null, "type"],
    ["an array", [5], "type"],
    ["not finite", Number.NaN, "type"],
    ["infinite", Number.POSITIVE_INFINITY, "type"],
    ["too small", 0, "minimum"],
    ["negative", -1, "minimum"],
    ["too large", 31, "maximum"],
    ["absurd", 1e308, "maximum"],
  ])("refuses a timeout that is %s", (_name, timeout, rule) => {
    expect(execute({ code: "1", timeout })).toContain(`/timeout ${rule}`);
  });

  it.each([1, 30, 5.0])("takes a timeout of %d", (timeout) => {
    expect(execute({ code: "1", timeout })).toEqual([]);
  });

  it.each(["ruby", "Python", "", "__proto__", null, 1])("refuses the language %j", (language) => {
    expect(execute({ code: "1", language })).toContain("/language enum");
  });

  it.each([
    ["empty", "", "minLength"],
    ["of 2 MiB", "x".repeat(2 * 1024 * 1024), "maxLength"],
    ["one character too long", "x".repeat(1_000_001), "maxLength"],
    ["with a NUL", "print(1)\0", "pattern"],
    ["with a lone high surrogate", "print('\ud83d')", "pattern"],
    ["with a lone low surrogate", "print('\ude00')", "pattern"],
    ["with surrogates the wrong way round", "\ude00\ud83d", "pattern"],
    ["that is a list", ["print(1)"], "type"],
    ["that is null", null, "type"],
  ])("refuses code %s", (_name, code, rule) => {
    expect(execute({ code })).toEqual([`/code ${rule}`]);
  });

  it.each([
    ["pairs of surrogates", "print('😀')"],
    ["lines, tabs and other control characters", "a\r\n\tb\u0001\u2028"],
    ["a million characters, counted as code points", "😀".repeat(1_000_000)],
  ])("takes code with %s", (_name, code) => {
    expect(execute({ code })).toEqual([]);
  });

  it("names every violation, not the first", () => {
    expect(execute({ timeout: "5", language: "ruby", more: 1 })).toEqual(
      expect.arrayContaining([" required", " additionalProperties", "/timeout type", "/language enum"]),
    );
  });

  it.each(["__proto__", "constructor", "toString", "Code", "code "])(
    "refuses the unknown field %j",
    (name) => {
      const body: unknown = JSON.parse(`{"code":"1",${JSON.stringify(name)}:{"timeout":5}}`);
      expect(execute(body)).toEqual([" additionalProperties"]);
    },
  );

  it("takes no field from a planted prototype, and plants none", () => {
    const body: unknown = JSON.parse('{"__proto__":{"code":"1"}}');
    expect(execute(body)).toEqual(expect.arrayContaining([" required", " additionalProperties"]));
    expect(Object.hasOwn(Object.prototype, "code")).toBe(false);
    expect(Object.hasOwn(Object.prototype, "timeout")).toBe(false);
  });

  it("fills in the defaults and keeps what was given", () => {
    const bare = { code: "1" };
    const full = { code: "1", language: "javascript", timeout: 3 };
    expect([validateExecuteCode(bare), validateExecuteCode(full)]).toEqual([true, true]);
    expect(bare).toEqual({
      code: "1",
      language: "python",
      timeout: 10,
      engine: "auto",
      svg: false,
      wait_seconds: 40,
    });
    expect(full).toEqual({
      code: "1",
      language: "javascript",
      timeout: 3,
      engine: "auto",
      svg: false,
      wait_seconds: 40,
    });
  });

  it("forgets the last request's violations", () => {
    expect(execute({})).not.toEqual([]);
    expect(execute({ code: "1" })).toEqual([]);
    expect(validateExecuteCode.errors).toBeNull();
  });
});

describe("validateQueryBigquery", () => {
  it.each([
    [{}, " required"],
    [{ sql: "" }, "/sql minLength"],
    [{ sql: "SELECT '\0'" }, "/sql pattern"],
    [{ sql: "SELECT 1", timeout: 301 }, "/timeout maximum"],
    [{ sql: "SELECT 1", timeout: 0 }, "/timeout minimum"],
    [{ sql: "SELECT 1", max_results: 0 }, "/max_results minimum"],
    [{ sql: "SELECT 1", max_results: -1 }, "/max_results minimum"],
    [{ sql: "SELECT 1", max_results: 10_001 }, "/max_results maximum"],
    [{ sql: "SELECT 1", max_results: 10 ** 9 }, "/max_results maximum"],
    [{ sql: "SELECT 1", params: "a" }, "/params type"],
    [{ sql: "SELECT 1", params: null }, "/params type"],
    [{ sql: "SELECT 1", params: new Array(101).fill(1) }, "/params maxItems"],
    [{ sql: "SELECT 1", dataset: "a.b.c d" }, "/dataset pattern"],
    [{ sql: "SELECT 1", dataset: "../x" }, "/dataset pattern"],
    [{ sql: "SELECT 1", format: "xml" }, "/format enum"],
    [{ sql: "SELECT 1", page_token: "" }, "/page_token minLength"],
    [{ sql: "SELECT 1", max_results: "10" }, "/max_results type"],
    [{ sql: "SELECT 1", dryRun: true }, " additionalProperties"],
    [{ sql: "SELECT 1", dry_run: "yes" }, "/dry_run type"],
    [{ sql: "SELECT 1", wait_seconds: 41 }, "/wait_seconds maximum"],
    [{ sql: "SELECT 1", wait_seconds: -1 }, "/wait_seconds minimum"],
  ])("refuses %j", (body, violation) => {
    expect(query(body)).toEqual([violation]);
  });

  it("fills in the defaults", () => {
    const body = { sql: "SELECT 1" };
    expect(query(body)).toEqual([]);
    expect(body).toEqual({
      sql: "SELECT 1",
      timeout: 60,
      max_results: 1000,
      format: "rows",
      dry_run: false,
      wait_seconds: 40,
    });
  });
});

it.each(["execute", "query"])("the %s validators need no package at run time", async (name) => {
  const path = new URL(`../../shared/contract/generated/${name}-validators.js`, import.meta.url);
  const code = await readFile(path, "utf8");
  expect(code).not.toMatch(/^import |\bimport\(|new Function|eval\(/m);
  // ajv's own text mentions `require` in a string; no call may remain.
  expect(code.replaceAll(/'require\([^']*'/g, "")).not.toMatch(/\brequire\(/);
});
