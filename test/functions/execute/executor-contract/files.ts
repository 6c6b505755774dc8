import { createHash, randomBytes } from "node:crypto";
import { expect, it } from "@jest/globals";
import type { InputFile } from "#functions/execute/executor/executor.ts";
import { toOptions, toProgram } from "../../../sandbox/sandbox.fixture.ts";
import { COLLECT, runAndKeep, toInput, toText } from "../executor/files.fixture.ts";
import type { Ask } from "./executor.contract.ts";

const MIB = 1024 * 1024;
const digest = (content: Buffer | string) => createHash("sha256").update(content).digest("hex").slice(0, 16);

const READ_ALL = `import hashlib, os
for folder, _, names in sorted(os.walk(".")):
    for name in sorted(names):
        path = os.path.join(folder, name)
        with open(path, "rb") as file: digest = hashlib.sha256(file.read()).hexdigest()[:16]
        if path != "./main.py": print(path, os.stat(path).st_size, digest)`;

const LEAVE = `import os
os.makedirs("a/b"); open("a/b/ünï.txt", "w").write("deep")
open("large", "wb").write(b"z" * 5_000_000); open("empty", "w").close()
os.symlink("/etc/passwd", "link"); open("kept.csv", "a").write("more")
for i in range(30): open(f"many{i:02}", "w").write("x")`;

const CHART = `import matplotlib.pyplot as plt
plt.plot([1, 2, 3]); plt.title("T"); plt.show()`;

/** What goes into a program with it, and what comes out. */
export function describeFiles(ask: Ask): void {
  it("puts files into the program's folder, byte for byte", async () => {
    const large = randomBytes(3 * MIB + 17);
    const files = [toInput("large.bin", large), toInput("data/ünï 数.csv", "a\n1\n"), toInput("empty", "")];
    const { run, files: left } = await runAndKeep(await ask(), { code: READ_ALL, files });
    expect(run.stdout.trim().split("\n").toSorted()).toEqual(
      [
        `./data/ünï 数.csv 4 ${digest("a\n1\n")}`,
        `./empty 0 ${digest("")}`,
        `./large.bin ${large.length} ${digest(large)}`,
      ].toSorted(),
    );
    expect(run.unchangedFiles).toEqual(["large.bin", "data/ünï 数.csv", "empty"]);
    expect(left.size).toBe(0);
  });

  it("puts as much into it as a session holds, and hands as much over", async () => {
    const files = Array.from({ length: 4 }, (_, at) => toInput(`${at}.bin`, Buffer.alloc(10 * MIB, `${at}`)));
    const code = "for i in range(4): open(f'{i}.bin', 'ab').write(b'+')";
    const collect = { files: 1000, fileBytes: 100 * MIB, totalBytes: 100 * MIB };
    const { run, files: left } = await runAndKeep(await ask(), { code, files, collect });
    expect(run).toMatchObject({ status: "succeeded", skippedFiles: [], unchangedFiles: [] });
    expect([...left].map(([name, content]) => [name, digest(content)])).toEqual(
      Array.from({ length: 4 }, (_, at) => [
        `${at}.bin`,
        digest(Buffer.concat([Buffer.alloc(10 * MIB, `${at}`), Buffer.from("+")])),
      ]),
    );
  });

  it("hands over what is new, in order, and names the rest", async () => {
    const files = [toInput("kept.csv", "a"), toInput("same.csv", "b")];
    const { run, files: left } = await runAndKeep(await ask(), { code: LEAVE, files });
    expect([...left.keys()]).toEqual([
      "a/b/ünï.txt",
      "empty",
      "kept.csv",
      "large",
      ...Array.from({ length: 16 }, (_, at) => `many${String(at).padStart(2, "0")}`),
    ]);
    expect(digest(left.get("large") ?? "")).toBe(digest(Buffer.alloc(5_000_000, "z")));
    expect(left.get("kept.csv")?.toString()).toBe("amore");
    expect(run.unchangedFiles).toEqual(["same.csv"]);
    expect(run.skippedFiles).toContainEqual({ name: "link", reason: "is a symbolic link" });
    expect(run.skippedFiles).toContainEqual({ name: "many16", reason: "is one of more than 20 files" });
  });

  it("hands over charts with their data, as SVG too when asked", async () => {
    const { run, files } = await runAndKeep(await ask(), { code: CHART, svg: true });
    expect(run).toMatchObject({ status: "succeeded", stderr: "" });
    const names = [...files.keys()].filter((name) => name.startsWith(".results/"));
    expect(names).toContain(".results/results.json");
    expect(names.filter((name) => /\.(png|svg)$/.test(name))).toHaveLength(2);
  });

  it.each<[string, () => InputFile[]]>([
    ["do not fit", () => Array.from({ length: 13 }, (_, at) => toInput(`${at}`, Buffer.alloc(10 * MIB)))],
    ["have the same name", () => [toInput("a", "x"), toInput("a", "y")]],
    ["lead out of the folder", () => [toInput("../a", "x")]],
    ["have less content than announced", () => [{ ...toInput("a", "x"), sizeBytes: 2 }]],
    ["have more content than announced", () => [{ ...toInput("a", "xyz"), sizeBytes: 2 }]],
  ])("refuses files that %s", async (_what, files) => {
    const running = runAndKeep(await ask(), { code: "print('ran')", files: files() });
    await expect(running).rejects.toMatchObject({ code: "invalid_file" });
  });

  it("throws what the content of a file throws", async () => {
    const reason = new Error("The store has gone");
    const fail = async function* () {
      yield Buffer.from("x");
      throw reason;
    };
    const files = [{ name: "a", sizeBytes: 100, content: fail() }];
    await expect(runAndKeep(await ask(), { code: "print(1)", files })).rejects.toBe(reason);
  });

  it("throws what its consumer throws", async () => {
    const reason = new TypeError("The store is full");
    const executor = await ask();
    const running = executor.run(toProgram({ language: "python", code: LEAVE, collect: COLLECT }), {
      signal: AbortSignal.timeout(110_000),
      receive: () => Promise.reject(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  it("lets its consumer leave files unread", async () => {
    const seen: string[] = [];
    const executor = await ask();
    const code = "for i in range(3): open(f'{i}', 'wb').write(b'x' * 2_000_000)";
    await executor.run(toProgram({ language: "python", code, collect: COLLECT }), {
      signal: AbortSignal.timeout(110_000),
      async receive({ name }, content) {
        seen.push(name);
        if (name !== "1") return;
        for await (const _piece of content) break;
      },
    });
    expect(seen).toEqual(["0", "1", "2"]);
  });

  it("starts nothing with content that never comes, and lets the caller leave", async () => {
    const caller = new AbortController();
    const hang = async function* () {
      setTimeout(() => caller.abort("gone"), 200);
      await new Promise(() => undefined);
      yield Buffer.alloc(1);
    };
    const executor = await ask();
    const files = [{ name: "a", sizeBytes: 1, content: hang() }];
    const program = toProgram({ language: "python", code: "print(1)", files });
    await expect(executor.run(program, toOptions(caller.signal))).rejects.toBe("gone");
    expect(toText((await runAndKeep(executor, { code: "open('a', 'w').write('b')" })).files)).toEqual({
      a: "b",
    });
  });
}
