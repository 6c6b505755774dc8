import { expect, it, jest } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { createCapture } from "./charts.fixture.ts";

jest.setTimeout(60_000);
const START = "import pandas as pd\n";

describeWith(["sandbox", "python-packages"], "a table on a program's last line", () => {
  const run = createCapture();
  const capture = (code: string) => run(START + code);

  it("is shown, and the line is run once", async () => {
    const { result, tableMarkdown } = await capture(`
def make():
    print("made")
    return pd.DataFrame({"n": [1.5, None], "text": ["x|y\\\\", "<b>\\n[z](u)"]}, index=pd.Index([1, 2], name="id"))
make()`);
    expect(result).toMatchObject({ stdout: "made\n", stderr: "", exitCode: 0 });
    expect(tableMarkdown).toBe(
      [
        "| id | n | text |",
        "|---|---|---|",
        "| 1 | 1.5 | x\\|y\\\\ |",
        "| 2 | NaN | \\<b> \\[z\\](u) |",
        "",
        "2 rows × 2 columns",
      ].join("\n"),
    );
  });

  it("may be a series", async () => {
    const { tableMarkdown } = await capture("pd.Series([1], ['a'], name='count')");
    expect(tableMarkdown).toBe("|  | count |\n|---|---|\n| a | 1 |\n\n1 row × 1 column");
  });

  it("is cut to 20 rows, 12 columns and 8 KiB, and says how many there are", async () => {
    const { tableMarkdown } = await capture("pd.DataFrame([[1] * 30] * 1000)");
    const lines = tableMarkdown?.split("\n") ?? [];
    expect(lines).toHaveLength(24);
    expect(lines[0]?.split("|")).toHaveLength(15);
    expect(lines[23]).toBe("The first 20 rows × 12 columns of 1,000 rows × 30 columns");
    const wide = await capture("pd.DataFrame([['x' * 1000] * 12] * 20)");
    expect(wide.tableMarkdown?.length).toBeLessThanOrEqual(8192);
    expect(wide.tableMarkdown).toMatch(/The first \d+ rows × 12 columns of 20 rows × 12 columns$/);
  });

  it.each([
    ["a number", "1 + 1"],
    ["printed", "print(pd.DataFrame({'a': [1]}))"],
    ["kept", "table = pd.DataFrame({'a': [1]})"],
    ["a class of its own", "class DataFrame: pass\nDataFrame()"],
    ["in a block", "if True:\n    pd.DataFrame({'a': [1]})"],
    ["not reached", "import sys\nsys.exit(0)\npd.DataFrame({'a': [1]})"],
  ])("is none when it is %s", async (_, code) => {
    const { tableMarkdown, files } = await capture(code);
    expect(tableMarkdown).toBeNull();
    expect(files.size).toBe(0);
  });

  it("is shown beside figures, also of a program that has its own way to display", async () => {
    const { result, tableMarkdown, charts } = await capture(`import matplotlib.pyplot as plt, sys
sys.displayhook = lambda value: print("hook")
frame = pd.DataFrame({"a": [1, 2]})
frame.plot()
frame`);
    expect(result).toMatchObject({ stdout: "", stderr: "" });
    expect([charts.length, tableMarkdown === null]).toEqual([1, false]);
  });
});

describeWith(["sandbox", "python-packages"], "a program whose last line is an expression", () => {
  const run = createCapture();

  it.each([
    [
      "raises as ever",
      "# pandas\ndef g():\n    raise KeyError('no')\n(1,\n  g())",
      `Traceback (most recent call last):
  File "/workspace/main.py", line 5, in <module>
    g())
    ^^^
  File "/workspace/main.py", line 3, in g
    raise KeyError('no')
KeyError: 'no'
`,
    ],
    [
      "is warned once",
      "# pandas\nx = 1\nx is 2\nx is 1",
      `/workspace/main.py:3: SyntaxWarning: "is" with a literal. Did you mean "=="?
  x is 2
/workspace/main.py:4: SyntaxWarning: "is" with a literal. Did you mean "=="?
  x is 1
`,
    ],
    [
      "is refused as ever",
      "# pandas\nx = 1\nprint(x",
      `  File "/workspace/main.py", line 3
    print(x
         ^
SyntaxError: '(' was never closed
`,
    ],
    [
      "finds no frame above its own",
      "import traceback, pandas\nfrom sys import _getframe\nprint(_getframe().f_back)\ntraceback.print_stack()",
      `  File "/workspace/main.py", line 4, in <module>
    traceback.print_stack()
`,
    ],
  ])("%s", async (_, code, stderr) => expect((await run(code)).result.stderr).toBe(stderr));

  it("keeps what it imported from the future", async () => {
    const code =
      "from __future__ import annotations\n# pandas\nx = 1\n[f for f in (lambda: 0, print(list(globals())[-2:]))]";
    expect((await run(code)).result).toMatchObject({ stdout: "['annotations', 'x']\n", exitCode: 0 });
  });
});
