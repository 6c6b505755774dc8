import { describe, expect, it, jest } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { COLD, createCapture, readPngSize } from "./charts.fixture.ts";

jest.setTimeout(60_000);
const START = "import matplotlib.pyplot as plt\n";

describeWith(["sandbox", "python-packages"], "a program's figures", () => {
  const capture = createCapture();
  const titles = async (code: string) => (await capture(START + code)).charts.map(({ title }) => title);

  it("are images of what is open when the program ends, in the order of their numbers", async () => {
    const { files, charts, result } = await capture(`${START}
plt.figure(7); plt.plot([1]); plt.title("seven")
plt.figure(2); plt.plot([1]); plt.title("two")
plt.figure(9)
plt.figure(8); plt.plot([1]); plt.close()
print("done")`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "done\n", stderr: "" });
    expect([...files.keys()].sort()).toEqual(["chart-1.png", "chart-2.png", "results.json"]);
    expect(charts.map(({ title, image }) => [title, image])).toEqual([
      ["two", "chart-1.png"],
      ["seven", "chart-2.png"],
    ]);
    expect(readPngSize(files.get("chart-1.png"))[0]).toBeGreaterThan(300);
  });

  it("are SVG as well when it is asked for", async () => {
    const { files, charts } = await capture(`${START}plt.plot([1, 2])`, { svg: true });
    expect(charts[0]?.svg).toBe("chart-1.svg");
    expect(files.get("chart-1.svg")?.toString()).toMatch(/<svg[\s\S]*<\/svg>\s*$/);
  });

  it("are there in a cold sandbox too", async () => {
    const { charts, result } = await createCapture(COLD)(`${START}plt.title("a"); plt.plot([1]); plt.show()`);
    expect(result).toMatchObject({ start: "cold", stderr: "", exitCode: 0 });
    expect(charts).toMatchObject([{ title: "a", series: [{ points: [[0, 1]] }] }]);
  });

  it("are kept as they were when they were shown, once", async () => {
    expect(
      await titles(`
plt.title("closed"); plt.plot([1]); plt.show(); plt.show(); plt.close("all")
plt.title("before"); plt.plot([1]); plt.show(); plt.clf(); plt.title("after"); plt.plot([2]); plt.show()
figure, axes = plt.subplots(); axes.set_title("own show"); figure.show()`),
    ).toEqual(["closed", "before", "after", "own show"]);
  });

  it.each([
    ["sys.exit", "import sys\nsys.exit(3)", 3, ""],
    ["an error", "raise ValueError('mine')", 1, "ValueError: mine\n"],
    ["a hook that ends it", "import sys\nsys.excepthook = lambda *rest: sys.exit(4)\n1/0", 4, ""],
  ])("are there when the program ends with %s", async (_, end, exitCode, lastWords) => {
    const { charts, result } = await capture(`${START}plt.plot([1, 2])\n${end}`);
    expect(charts).toHaveLength(1);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.endsWith(lastWords)).toBe(true);
  });

  it("are ten at most", async () => {
    const { charts } = await capture(
      `${START}for i in range(14):\n    plt.figure(figsize=(1, 1)).text(0, 0, "x")`,
    );
    expect(charts.map(({ image }) => image)).toEqual(
      Array.from({ length: 10 }, (_, i) => `chart-${i + 1}.png`),
    );
  });

  it("have no side of more than 4,096 pixels, and do not grow with what lies far away", async () => {
    const { files } = await capture(`${START}plt.figure(figsize=(50, 20), dpi=400); plt.text(1e9, 1, "far")`);
    const [width, height] = readPngSize(files.get("chart-1.png"));
    expect(width).toBeLessThanOrEqual(4096);
    expect(width).toBeGreaterThan(4000);
    expect(height).toBeLessThan(width);
  });

  it("are saved by the program itself as ever", async () => {
    const { files } = await capture(`${START}plt.plot([1]); plt.savefig("mine.png")`, {
      collect: { files: 5, fileBytes: 1e6, totalBytes: 1e6 },
    });
    expect([...files.keys()].sort()).toEqual(["chart-1.png", "mine.png", "results.json"]);
  });
});

describeWith(["sandbox", "python-packages"], "a program that has figures", () => {
  const capture = createCapture();

  it("sees nothing of it", async () => {
    const { result, charts } = await capture(`
import atexit, os, signal, sys
signal.signal(signal.SIGCHLD, lambda *rest: print("a child"))
os.register_at_fork(before=lambda: print("a fork"))
import matplotlib.pyplot as plt
class Loud(plt.Line2D):
    def draw(self, renderer):
        print("drawn"); os.write(1, b"raw"); os.write(2, b"raw")
        super().draw(renderer)
atexit.register(lambda: print(plt.get_fignums(), os.listdir(".")))
plt.gca().add_line(Loud([1, 2], [3, 4]))
plt.show()
plt.figure(); plt.plot([1])
try:
    os.wait()
except ChildProcessError:
    print("no child")
print(os.listdir("."))
sys.exit("bye")`);
    expect(result).toMatchObject({
      stdout: "no child\n['main.py']\n[1, 2] ['main.py']\n",
      ...{ stderr: "bye\n", exitCode: 1, status: "failed" },
    });
    expect(charts).toHaveLength(2);
  });

  it.each([
    ["an artist that raises", "raise ValueError"],
    ["an artist that ends the process", "import os; os._exit(9)"],
    ["an artist that crashes", "import ctypes; ctypes.string_at(0)"],
    ["an artist that never ends", "import time; time.sleep(100)"],
  ])("ends as ever with %s, and keeps its other figures", async (_, draw) => {
    const { result, charts } = await capture(`${START}
class Broken(plt.Line2D):
    def draw(self, renderer):
        ${draw}
plt.plot([1]); plt.title("sound")
plt.figure(); plt.gca().add_line(Broken([1, 2], [3, 4]))`);
    expect(result).toMatchObject({ status: "succeeded", exitCode: 0, stdout: "", stderr: "" });
    expect(charts.map(({ title }) => title)).toEqual(["sound"]);
  });

  it.each([
    [
      "replaces the built-ins",
      "import builtins\nbuiltins.len = builtins.max = builtins.int = None\nplt.switch_backend = 1",
    ],
    [
      "replaces modules' functions",
      "import os, json\nos._exit = lambda code: None\nos.fork = os.pipe = os.mkdir = json.dumps = None",
    ],
    ["replaces matplotlib", "import sys\nplt.Figure.savefig = lambda *rest, **more: 1 / 0"],
    ["has a file in the way", "open('.results', 'w').close()"],
    ["has a link in the way", "import os; os.symlink('/etc', '.results')"],
    [
      "fills the disk",
      "try:\n    open('/tmp/full', 'wb').write(bytes(200 << 20))\nexcept OSError:\n    pass",
    ],
    ["forbids children", "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (0, 0))"],
  ])("ends as ever when it %s", async (_, code) => {
    const { result } = await capture(
      `${START}plt.plot([1])\n${code}\nprint("end")\nimport atexit; atexit._clear()`,
    );
    expect(result).toMatchObject({ exitCode: 0, stdout: "end\n", stderr: "" });
  });

  it("has them although it has threads, and children that end like it", async () => {
    const { result, charts } = await capture(`${START}
import os, threading, time
def work():
    while True:
        time.sleep(0.001)
threading.Thread(target=work, daemon=True).start()
plt.plot([1]); plt.show(); plt.plot([2])
if os.fork() == 0:
    raise SystemExit(0)
os.wait()`);
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(charts.map(({ series }) => series.length)).toEqual([1, 2]);
  });
});

describe("the tests of charts", () => {
  it("know a PNG", () => expect(() => readPngSize(Buffer.from("GIF"))).toThrow("no PNG"));
});
