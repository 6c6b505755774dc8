import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "@jest/globals";
import { BUBBLEWRAP_PATH } from "#sandbox/jail/jail.ts";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor } from "./sandbox.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "hanging-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Once there is a file `armed`, the next start hangs, and leaves the folder `hung`. */
const LAUNCHER = `#!/bin/bash
if [ -e ${folder}/armed ] && /bin/mkdir ${folder}/hung 2>/dev/null; then exec /bin/sleep 600; fi
exec ${BUBBLEWRAP_PATH} "$@"
`;

describeWith("sandbox", "a sandbox that hangs while it starts", () => {
  it("is given up, and its program runs in another one", async () => {
    const launcher = join(folder, "launcher");
    writeFileSync(launcher, LAUNCHER, { mode: 0o755 });
    chmodSync(folder, 0o777);
    const none = { python: 0, data: 0, javascript: 0, node: 0 };
    const { python } = createRunners(createTestExecutor({ bubblewrapPath: launcher, warm: none }));
    expect((await python("print('before')")).stdout).toBe("before\n");
    writeFileSync(join(folder, "armed"), "");
    expect((await python("print('after')")).stdout).toBe("after\n");
    expect(existsSync(join(folder, "hung"))).toBe(true);
  }, 60_000);
});
