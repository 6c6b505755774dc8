import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const LEAVE = "for i in range(8): open(f'{i}.bin', 'wb').write(b'x' * 9_000_000)\nprint('ran')";

describeWith("sandbox", "a store that is full", () => {
  const { send, python } = servePrograms({ FILES_MAX_MIB: "64" });

  it("takes files from the answer and nothing else, and says so", async () => {
    const { status, body } = await send({ code: LEAVE });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, output: "ran\n" });
    expect(body.files.length).toBeLessThan(8);
    expect(body.skipped_files).toMatchObject([{ reason: expect.stringContaining("storage is full") }]);
    // A program without files is not concerned.
    expect(await python("print(1)")).toMatchObject({ output: "1\n" });
  });

  it("fails a program in a session, whose state would be lost", async () => {
    const { status, body } = await send({ code: LEAVE, session_id: "new" });
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: "storage_unavailable", retryable: true });
  });
});

describeWith("sandbox", "a store that is gone", () => {
  const { server, send, python } = servePrograms();

  it("runs programs that need none, and refuses what does", async () => {
    const folder = join(server().dataFolder, "files");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "no folder");
    chmodSync(folder, 0o600);
    expect(await python("print(1)")).toMatchObject({ output: "1\n" });
    const withFile = await send({ code: "open('a', 'w').write('x'); print(2)" });
    expect(withFile.body).toMatchObject({ output: "2\n", skipped_files: [{ name: "a" }] });
    for (const needs of [{ session_id: "new" }, { idempotency_key: "k" }]) {
      expect((await send({ code: "print(3)", ...needs })).status).toBe(503);
    }
  });
});
