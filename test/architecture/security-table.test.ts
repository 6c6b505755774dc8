import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "test/functions/oauth");

/** The rows of the table of RFC 9700: section, demand, control, test. */
const ROWS = readFileSync(join(ROOT, "SECURITY.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| §"))
  .map((line) => {
    const [, section = "", demand = "", , test = ""] = line.split("|").map((cell) => cell.trim());
    return [section, demand, test] as const;
  });

/** Sections of RFC 9700 that hold a MUST for authorization servers. */
const SECTIONS = [
  "2.1",
  "2.1.1",
  "2.2.2",
  "2.4",
  "2.6",
  "4.1.3",
  "4.2.4",
  "4.4",
  "4.5.3",
  "4.7",
  "4.8.2",
  "4.11.2",
  "4.12",
  "4.14.2",
  "4.16",
];

describe("the table of RFC 9700 in SECURITY.md", () => {
  it.each(ROWS)("names a test that is there: %s, %s", (_section, _demand, test) => {
    const [, file = "", name = ""] = /^`([\w/-]+)` "(.+)"$/.exec(test) ?? [];
    const path = join(FOLDER, `${file}.test.ts`);
    expect(name).not.toBe("");
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, "utf8")).toContain(`("${name}"`);
  });

  it.each(SECTIONS)("has a row of section %s", (section) => {
    expect(ROWS.flatMap(([sections]) => sections.split(", "))).toContain(`§${section}`);
  });
});
