import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const GENERATED = ["openapi.yaml", "shared/contract/generated", "functions/docs/generated"];
const TIMEOUT_MS = 60_000;

let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), "generated-"));
  for (const path of GENERATED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
});

afterEach(async () => {
  await rm(copy, { recursive: true, force: true });
});

function generate(...flags: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/generate.ts", "--root", copy, ...flags], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  return { status, stderr };
}

describe("npm run generate -- --check", () => {
  it(
    "passes on what is committed",
    () => {
      expect(generate("--check")).toEqual({ status: 0, stderr: expect.any(String) });
    },
    TIMEOUT_MS,
  );

  it.each(["openapi.yaml", "shared/contract/generated/execute-validators.js"])(
    "fails when one character of %s differs, names it and says what to run",
    async (path) => {
      const text = await readFile(join(copy, path), "utf8");
      await writeFile(join(copy, path), text.replace("code", "c0de"));
      const { status, stderr } = generate("--check");
      expect(status).toBe(1);
      expect(stderr).toContain(path);
      expect(stderr).toContain("run npm run generate");
      expect(await readFile(join(copy, path), "utf8")).not.toBe(text);
    },
    TIMEOUT_MS,
  );

  it(
    "fails when a file is missing or left over, and generate mends both",
    async () => {
      const missing = "functions/docs/generated/openapi-document.js";
      const leftOver = "shared/contract/generated/gone-validators.js";
      const before = await readFile(join(copy, missing), "utf8");
      await rm(join(copy, missing));
      await writeFile(join(copy, leftOver), "");
      const check = generate("--check");
      expect(check.status).toBe(1);
      expect(check.stderr).toContain(missing);
      expect(check.stderr).toContain(leftOver);

      expect(generate().status).toBe(0);
      expect(await readFile(join(copy, missing), "utf8")).toBe(before);
      await expect(readFile(join(copy, leftOver))).rejects.toMatchObject({ code: "ENOENT" });
      expect(generate("--check").status).toBe(0);
    },
    TIMEOUT_MS,
  );
});
