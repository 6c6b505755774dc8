import { describe, expect, it } from "@jest/globals";
import { createTestExecutor } from "../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { COLLECT, runAndKeep, STARTS, toInput, toText } from "./files.fixture.ts";

const LEAVE_UGLY = `import os, socket
os.symlink("/etc/passwd", "passwd")
os.symlink("/etc", "etc")
os.symlink("main.py", "near")
os.mkfifo("fifo")
os.mkdir("real"); open("real/inside", "w").write("inside")
os.symlink("real", "folder")
os.link("main.py", "hard")
socket.socket(socket.AF_UNIX).bind("socket")
try: os.mknod("device", 0o020600, 0)
except PermissionError: open("device", "w").close()
with open("sparse", "wb") as file: file.truncate(60 * 2**20)
open("locked", "w").close(); os.chmod("locked", 0)
os.mkdir("shut"); open("shut/in", "w").close(); os.chmod("shut", 0)
open("fine", "w").write("fine")`;

const LEAVE_UGLY_NAMES = `import os
for name in (b"new\\nline", "para\u2029graph".encode(), b"\\xff\\xfe", b"esc\\x1b[2J", "fine ünï 🎈".encode(), b"back\\\\slash"):
    open(name, "w").close()
long = "a" * 200
os.mkdir(long); open(f"{long}/{'b' * 100}", "w").close()
os.mkdir(b"bad\\xff"); open(b"bad\\xff/x", "w").close()`;

const GROW = `import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "while True: open('growing', 'ab').write(b'x' * 4096)"])
while not os.path.exists("growing"): time.sleep(0.01)
time.sleep(0.1)`;

describe.each(STARTS)("files that come out of a program (%s)", (_start, warm) => {
  describeWith("sandbox", "are", () => {
    const executor = createTestExecutor({ warm });
    const keep = (code: string, more = {}) => runAndKeep(executor, { code, ...more });

    it("every new one, with the folders above it, and never the program itself", async () => {
      const code = `import os
os.makedirs("a/b/c"); open("a/b/c/deep.txt", "w").write("deep")
os.mkdir("empty folder"); os.mkdir("__pycache__"); open("__pycache__/x.pyc", "w").close()
open("z", "wb").write(b"z" * 1_000_000); open("nothing", "w").close(); open(".hidden", "w").write("h")`;
      const { run, files } = await keep(code);
      expect([...files.keys()]).toEqual([".hidden", "a/b/c/deep.txt", "nothing", "z"]);
      expect(files.get("z")).toEqual(Buffer.alloc(1_000_000, "z"));
      expect(files.get("a/b/c/deep.txt")?.toString()).toBe("deep");
      expect(run).toMatchObject({ status: "succeeded", skippedFiles: [] });
    });

    it("none that a library keeps for itself", async () => {
      const { run, files } = await keep(
        "import matplotlib.font_manager as f; print(len(f.fontManager.ttflist) > 0)",
      );
      expect(run.stdout).toBe("True\n");
      expect([...files.keys()]).toEqual([]);
    });

    it("none but plain files, and never what is outside", async () => {
      const { run, files } = await keep(LEAVE_UGLY);
      const fine = toText(files);
      delete fine["device"];
      expect(fine).toEqual({ fine: "fine", "real/inside": "inside" });
      const reasons = Object.fromEntries(run.skippedFiles.map(({ name, reason }) => [name, reason]));
      expect(reasons).toMatchObject({
        passwd: "is a symbolic link",
        etc: "is a symbolic link",
        near: "is a symbolic link",
        folder: "is a symbolic link",
        fifo: "is a named pipe",
        socket: "is a socket",
        hard: expect.stringContaining("hard link"),
        sparse: expect.stringContaining("holes"),
        locked: "cannot be read",
        shut: "cannot be read",
      });
      expect(files.has("device")).toBe(reasons["device"] !== "is a device");
    });

    it("none with a name that nobody can read", async () => {
      const { run, files } = await keep(LEAVE_UGLY_NAMES);
      expect([...files.keys()]).toEqual(["back\\slash", "fine ünï 🎈"]);
      const names = run.skippedFiles.map(({ name }) => name);
      expect(names.toSorted()).toEqual(
        [
          "bad\ufffd",
          "esc\ufffd[2J",
          "new\ufffdline",
          "para\ufffdgraph",
          "\ufffd\ufffd",
          `${"a".repeat(120)}…`,
        ].toSorted(),
      );
      expect(new Set(run.skippedFiles.map(({ reason }) => reason)).size).toBe(1);
    });

    it("as many as may be, and the rest is named or counted", async () => {
      const { run, files } = await keep("for i in range(21): open(f'{i:02}', 'w').write('x')");
      expect(files.size).toBe(20);
      expect(run.skippedFiles).toEqual([{ name: "20", reason: "is one of more than 20 files" }]);
      const many = await keep("for i in range(10_000): open(f'{i:05}', 'w').close()");
      expect([...many.files.keys()].at(-1)).toBe("00019");
      expect(many.run.skippedFiles).toHaveLength(50);
      expect(many.run.skippedFiles.at(-1)).toEqual({ name: "9,931 more files", reason: "are left out" });
    });

    it("no larger than they may be, one by one and together", async () => {
      const code = `open("a", "wb").write(b"x" * (10 * 2**20)); open("b", "wb").write(b"x" * (10 * 2**20 + 1))
open("c", "wb").write(b"c" * 2**20); open("d", "w").write("d")`;
      const { run, files } = await keep(code, { collect: { ...COLLECT, totalBytes: 10 * 2 ** 20 + 1 } });
      expect([...files].map(([name, { length }]) => [name, length])).toEqual([
        ["a", 10 * 2 ** 20],
        ["d", 1],
      ]);
      expect(run.skippedFiles).toEqual([
        { name: "b", reason: "is larger than 10 MiB" },
        { name: "c", reason: "does not fit: all files together may have 10 MiB" },
      ]);
    });

    it("whole, although another process was still writing", async () => {
      const { run, files } = await keep(GROW);
      expect(run.status).toBe("succeeded");
      expect([...(files.get("growing") ?? run.skippedFiles)].length).toBeGreaterThan(0);
    });

    it("those of results first, and not counted among the others", async () => {
      const code = `import os
os.mkdir(".results")
for i in range(22): open(f".results/chart-{i:02}.png", "w").write("png")
for i in range(20): open(f"{i:02}", "w").close()`;
      const { run, files } = await keep(code);
      const names = [...files.keys()];
      expect(names.slice(0, 21).every((name) => name.startsWith(".results/"))).toBe(true);
      expect(names.slice(21)).toHaveLength(20);
      expect(run.skippedFiles).toEqual([{ name: ".results/chart-21.png", reason: expect.any(String) }]);
    });

    it("those of a program that was ended, too", async () => {
      const loop = "open('before', 'w').write('kept')\nwhile True: pass";
      const timedOut = await keep(loop, { timeoutMs: 2000 });
      expect(timedOut.run.status).toBe("timed_out");
      expect(toText(timedOut.files)).toEqual({ before: "kept" });
      const killed = await keep("import os\nopen('before', 'w').write('kept')\nos.kill(os.getpid(), 9)");
      expect(killed.run.status).toBe("killed");
      expect(toText(killed.files)).toEqual({ before: "kept" });
      const failed = await keep("open('before', 'w').write('kept')\n1 / 0");
      expect(failed.run.status).toBe("failed");
      expect(toText(failed.files)).toEqual({ before: "kept" });
    });

    it("those in a folder that the program has shut", async () => {
      const { run, files } = await keep("import os\nopen('in', 'w').write('in')\nos.chmod('/workspace', 0)");
      expect(run).toMatchObject({ status: "succeeded", skippedFiles: [] });
      expect(toText(files)).toEqual({ in: "in" });
    });

    it("those of JavaScript", async () => {
      const code = "require('fs').writeFileSync('out.svg', '<svg/>')";
      expect(toText((await keep(code, { language: "javascript" })).files)).toEqual({ "out.svg": "<svg/>" });
    });

    it("none of another run", async () => {
      const codes = ["a", "b", "c"].map(
        (name) => `import os\nprint(os.listdir('.'))\nopen('${name}', 'w').write('${name}')`,
      );
      const runs = await Promise.all(codes.map((code) => keep(code)));
      expect(runs.map(({ files }) => toText(files))).toEqual([{ a: "a" }, { b: "b" }, { c: "c" }]);
      expect(runs.map(({ run }) => run.stdout)).toEqual(Array(3).fill("['main.py']\n"));
    });
  });
});

describeWith("sandbox", "files that went in", () => {
  const executor = createTestExecutor();
  const keep = (code: string, names: readonly string[]) =>
    runAndKeep(executor, { code, files: names.map((name) => toInput(name, "before")) });

  it("come back when they were changed, in whatever way", async () => {
    const code = `import mmap, os
open("appended", "a").write("!")
open("again", "w").write("before")
with open("mapped", "r+b") as file, mmap.mmap(file.fileno(), 0) as view:
    view[0]; view[0:6] = b"MAPPED"
before = os.stat("hidden")
open("hidden", "r+").write("HIDDEN"); os.utime("hidden", ns=(before.st_atime_ns, before.st_mtime_ns))
open("new", "w").write("replaced"); os.replace("new", "replaced")
os.remove("removed"); os.rename("renamed", "other name")
os.remove("folder"); os.mkdir("folder"); open("folder/in", "w").write("in")
os.remove("link"); os.symlink("same", "link")`;
    const names = "appended again mapped hidden replaced removed renamed folder link same d/same".split(" ");
    const { run, files } = await keep(code, names);
    expect(run.stderr).toBe("");
    expect(toText(files)).toEqual({
      again: "before",
      appended: "before!",
      "folder/in": "in",
      hidden: "HIDDEN",
      mapped: "MAPPED",
      "other name": "before",
      replaced: "replaced",
    });
    expect(run.unchangedFiles).toEqual(["same", "d/same"]);
    expect(run.skippedFiles).toEqual([{ name: "link", reason: "is a symbolic link" }]);
  });

  it("are known as unchanged among thousands of others", async () => {
    const { run } = await keep("for i in range(5000): open(f'{i}', 'w').close()", ["zzz/last"]);
    expect(run.unchangedFiles).toEqual(["zzz/last"]);
  });

  it("the program's own file comes back only when the program has changed it", async () => {
    expect(toText((await keep("open('main.py', 'a').write('# more')", [])).files)).toEqual({
      "main.py": "open('main.py', 'a').write('# more')# more",
    });
    const { run, files } = await keep("print(1)", ["main.py"]);
    expect({ files: files.size, unchanged: run.unchangedFiles }).toEqual({ files: 0, unchanged: [] });
  });
});
