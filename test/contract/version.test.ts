import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { VERSION } from "#shared/contract/version.ts";

it("the version that answers name is package.json's", () => {
  expect(VERSION).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});
