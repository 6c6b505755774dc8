import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { NONE_WAIT, servePrograms, untilWarm } from "./serve-programs.fixture.ts";

const FILL_IN_PYTHON = `import errno
count = 0
try:
    while count < 100:
        with open(f"/tmp/{count}", "wb") as file: file.write(b"x" * 2**20)
        count += 1
except OSError as error: print(errno.errorcode[error.errno])
print("goes on", 0 < count <= 8)`;

const FILL_IN_NODE = `const fs = require("fs");
let count = 0;
try {
  for (; count < 100; count += 1) fs.writeFileSync("/tmp/" + count, Buffer.alloc(2 ** 20));
} catch (error) { console.log(error.code); }
console.log("goes on", 0 < count && count <= 8);`;

const CROWD = `import errno
count = 0
try:
    while count < 2000:
        open(f"/tmp/{count}", "x").close()
        count += 1
except OSError as error: print(errno.errorcode[error.errno])
if count == 2000:
    import time
    time.sleep(5)
print("goes on", 0 < count < 300)`;

const LARGE = `import errno
with open("large", "wb", buffering=0) as file:
    try:
        for _ in range(8): file.write(b"x" * 2**20)
    except OSError as error: print(errno.errorcode[error.errno])
    print("goes on", file.tell() == 2 * 2**20)`;

const MANY_OPEN = `import errno
files = []
try:
    for _ in range(1000): files.append(open("/dev/null"))
except OSError as error: print(errno.errorcode[error.errno])
opened = len(files)
for file in files: file.close()
print("goes on", 32 < opened < 64)`;

const MANY_OPEN_IN_NODE = `const fs = require("fs");
let count = 0;
try {
  for (; count < 1000; count += 1) fs.openSync("/dev/null");
} catch (error) { console.log(error.code); }
console.log("goes on", 0 < count && count < 64);`;

describeWith(
  "sandbox",
  "a program that reaches a limit of its files is told by the system, and goes on",
  () => {
    const limits = {
      SANDBOX_DISK_MIB: "8",
      SANDBOX_FILES: "300",
      SANDBOX_FILE_MIB: "2",
      SANDBOX_OPEN_FILES: "64",
    };

    describe.each([
      ["warm", {}],
      ["cold", NONE_WAIT],
    ])("%s", (_start, waiting) => {
      const { python, javascript } = servePrograms({ ...limits, ...waiting });

      it("all files together", async () => {
        const told = { success: true, output: "ENOSPC\ngoes on True\n" };
        expect(await python(FILL_IN_PYTHON)).toMatchObject(told);
        expect(await javascript(FILL_IN_NODE)).toMatchObject({ ...told, output: "ENOSPC\ngoes on true\n" });
      });

      it("the size of one file", async () => {
        expect(await python(LARGE)).toMatchObject({ success: true, output: "EFBIG\ngoes on True\n" });
        const inNode =
          "try { require('fs').writeFileSync('large', Buffer.alloc(4 << 20)) } catch (e) { console.log(e.code) }";
        expect(await javascript(inNode)).toMatchObject({ success: true, output: "EFBIG\n" });
      });

      it("open files", async () => {
        expect(await python(MANY_OPEN)).toMatchObject({ success: true, output: "EMFILE\ngoes on True\n" });
        const inNode = { success: true, output: "EMFILE\ngoes on true\n" };
        expect(await javascript(MANY_OPEN_IN_NODE)).toMatchObject(inNode);
      });

      it("and the next program finds nothing of it", async () => {
        const code = "import os\nprint(sorted(os.listdir('/tmp')), os.listdir('/dev/shm'), os.listdir('.'))";
        expect((await python(code)).output).toBe("[] [] ['main.py']\n");
      });
    });

    describe("the number of files", () => {
      const warm = servePrograms(limits);
      const cold = servePrograms({ ...limits, ...NONE_WAIT });

      it("in a warm sandbox, whose file system counts them", async () => {
        const body = await untilWarm(() => warm.python(CROWD));
        expect(body).toMatchObject({ success: true, output: "ENOSPC\ngoes on True\n" });
      });

      it("in a cold one, where the program is ended", async () => {
        expect(await cold.python(CROWD)).toMatchObject({
          success: false,
          status: "killed",
          code: "program_killed",
          signal: "SIGKILL",
          error: expect.stringContaining("too many files"),
        });
      });
    });
  },
);
