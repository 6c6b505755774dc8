import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const SCRIPT = fileURLToPath(new URL("../../scripts/make-key.ts", import.meta.url));

function makeKey(): string {
  return spawnSync(process.execPath, ["--no-warnings", SCRIPT], { encoding: "utf8" }).stdout;
}

describe("npm run key", () => {
  it("prints codex_ and 32 random bytes, and nothing else, on standard output", () => {
    const printed = makeKey();
    expect(printed).toMatch(/^codex_[\w-]{43}\n$/);
    expect(Buffer.from(printed.trim().slice("codex_".length), "base64url")).toHaveLength(32);
  });

  it("never prints the same key again", () => {
    expect(makeKey()).not.toBe(makeKey());
  });
});
