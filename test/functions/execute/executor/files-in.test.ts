import { createHash, randomBytes } from "node:crypto";
import { expect, it } from "@jest/globals";
import { createTestExecutor, toOptions, toProgram } from "../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { runAndKeep, STARTS, toInput, toText } from "./files.fixture.ts";

const MIB = 1024 * 1024;

const READ_ALL = `import hashlib, os
for folder, _, names in sorted(os.walk(".")):
    for name in sorted(names):
        path = os.path.join(folder, name)
        with open(path, "rb") as file: digest = hashlib.sha256(file.read()).hexdigest()[:16]
        if path != "./main.py": print(path, os.stat(path).st_size, oct(os.stat(path).st_mode & 0o777), digest)`;

const digest = (content: Buffer | string) => createHash("sha256").update(content).digest("hex").slice(0, 16);

describeWith("sandbox", "files that go into a program", () => {
  for (const [start, warm] of STARTS) {
    const executor = createTestExecutor({ warm });

    it(`lie in its folder, byte for byte (${start})`, async () => {
      const large = randomBytes(3 * MIB + 17);
      const files = [
        toInput("large.bin", large),
        toInput("data/2026/ünï 数.csv", "a,b\n1,2\n"),
        toInput("empty", ""),
      ];
      const { run, files: left } = await runAndKeep(executor, { code: READ_ALL, files });
      expect(run).toMatchObject({ status: "succeeded", stderr: "" });
      expect(run.stdout.trim().split("\n").toSorted()).toEqual(
        [
          `./data/2026/ünï 数.csv 8 0o644 ${digest("a,b\n1,2\n")}`,
          `./empty 0 0o644 ${digest("")}`,
          `./large.bin ${large.length} 0o644 ${digest(large)}`,
        ].toSorted(),
      );
      expect(left.size).toBe(0);
      expect(run.unchangedFiles).toEqual(["large.bin", "data/2026/ünï 数.csv", "empty"]);
    });

    it(`and are refused when they do not fit (${start})`, async () => {
      const files = Array.from({ length: 13 }, (_, at) => toInput(`${at}.bin`, Buffer.alloc(10 * MIB)));
      await expect(runAndKeep(executor, { code: "print(1)", files })).rejects.toMatchObject({
        code: "invalid_file",
        message: expect.stringContaining("128 MiB"),
      });
    });

    it(`can be read by a JavaScript program (${start})`, async () => {
      const code = "console.log(require('fs').readFileSync('in/a.txt', 'utf8'))";
      const { run } = await runAndKeep(executor, {
        language: "javascript",
        code,
        files: [toInput("in/a.txt", "hello")],
      });
      expect(run).toMatchObject({ stdout: "hello\n", unchangedFiles: ["in/a.txt"] });
    });
  }
});

describeWith("sandbox", "files that cannot go into a program", () => {
  const executor = createTestExecutor();
  const run = (files: Parameters<typeof toProgram>[0]["files"], signal = AbortSignal.timeout(30_000)) =>
    executor.run(
      toProgram({ language: "python", code: "print('ran')", files: files ?? [] }),
      toOptions(signal),
    );

  it.each([
    ["the same name twice", ["a", "a"]],
    ["a file where another needs a folder", ["a", "a/b"]],
    ["a folder where another is a file", ["a/b", "a"]],
    ["a way out", ["../a"]],
    ["an absolute path", ["/tmp/a"]],
    ["a part that is too long", ["x".repeat(256)]],
    ["a NUL", ["a\0b"]],
  ])("%s", async (_what, names) => {
    await expect(run(names.map((name) => toInput(name, "x")))).rejects.toMatchObject({
      code: "invalid_file",
    });
  });

  it.each([
    ["less", "x".repeat(9)],
    ["more", "x".repeat(11)],
  ])("%s content than was announced", async (_what, content) => {
    const file = { ...toInput("a", content), sizeBytes: 10 };
    await expect(run([file])).rejects.toMatchObject({
      code: "invalid_file",
      message: expect.stringContaining("announced"),
    });
  });

  it("more files than the folder takes", async () => {
    const small = createTestExecutor({ limits: { files: 50 } });
    const files = Array.from({ length: 60 }, (_, at) => toInput(`${at}`, "x"));
    await expect(runAndKeep(small, { code: "print(1)", files })).rejects.toMatchObject({
      code: "invalid_file",
    });
  });

  it("content that fails: its error is the answer", async () => {
    const reason = new Error("The store has gone");
    async function* fail() {
      yield Buffer.from("x");
      throw reason;
    }
    await expect(run([{ name: "a", sizeBytes: 100, content: fail() }])).rejects.toBe(reason);
  });

  it("content that never comes: the caller may leave", async () => {
    const caller = new AbortController();
    async function* hang() {
      setTimeout(() => caller.abort("gone"), 200);
      await new Promise(() => undefined);
      yield Buffer.alloc(1);
    }
    await expect(run([{ name: "a", sizeBytes: 1, content: hang() }], caller.signal)).rejects.toBe("gone");
  });

  it("and the next program runs as ever", async () => {
    const { run: next, files } = await runAndKeep(executor, { code: "import os\nprint(os.listdir('.'))" });
    expect(next.stdout).toBe("['main.py']\n");
    expect(toText(files)).toEqual({});
  });
});
