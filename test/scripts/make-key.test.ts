import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { isWholeApiKey } from "#shared/auth/create-api-key.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/make-key.ts", import.meta.url));

function makeKey(): string {
  return spawnSync(process.execPath, ["--no-warnings", SCRIPT], { encoding: "utf8" }).stdout;
}

describe("npm run key", () => {
  it("prints a whole key, and nothing else, on standard output", () => {
    const printed = makeKey();
    expect(printed).toMatch(/^codex_[\w-]{48}\n$/);
    expect(isWholeApiKey(printed.trim())).toBe(true);
  });

  it("never prints the same key again", () => {
    expect(makeKey()).not.toBe(makeKey());
  });
});
