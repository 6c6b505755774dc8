import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import type { RunResult } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor } from "./sandbox.fixture.ts";

type Outcome = Pick<RunResult, "stdout" | "stderr" | "exitCode">;

/** Runs a harmless program of this file without a sandbox, to know what it has to come to. */
function runPlainly(code: string): Outcome {
  const folder = mkdtempSync(`${tmpdir()}/plain-`);
  try {
    writeFileSync(`${folder}/main.py`, code);
    const { stdout, stderr, status } = spawnSync("/usr/bin/python3", [`${folder}/main.py`], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: "/usr/bin", LANG: "C.UTF-8", HOME: folder },
    });
    const place = (text: string) => text.replaceAll(folder, "/workspace");
    return { stdout: place(stdout), stderr: place(stderr), exitCode: status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PYTHON_PROGRAMS = [
  "def f(x):\n    return 1 / x\n\n\ntry:\n    f(0)\nexcept ZeroDivisionError as error:\n    raise ValueError('boo') from error",
  "print('one'\n",
  "if True:\nprint(1)",
  "import sys\nsys.exit('a message')",
  "import sys\nsys.exit(2**70)",
  "raise SystemExit",
  "import atexit\natexit.register(print, 'at exit')\nprint('main')\nraise RuntimeError",
  "import threading, time\ndef late():\n    time.sleep(0.2)\n    print('late')\nthreading.Thread(target=late).start()\nprint('main')",
  "import threading\ndef broken():\n    return {}['key']\nthread = threading.Thread(target=broken)\nthread.start()\nthread.join()",
  "print(__name__, __file__, __builtins__.__name__, sorted(globals()))",
  "import sys\nprint(sys.path[0])",
  "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(990))",
  "import sys\nsys.excepthook = lambda *rest: print('mine', rest[0].__name__)\n1/0",
  "import multiprocessing\ndef square(x):\n    return x * x\nif __name__ == '__main__':\n    with multiprocessing.Pool(2) as pool:\n        print(pool.map(square, range(5)))",
  "import pickle, dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\nprint(pickle.loads(pickle.dumps(P(3))))",
  "import inspect\ndef f():\n    return 1  # one\nprint(inspect.getsource(f))",
  "# -*- coding: utf-8 -*-\nprint('héllo ☃ 𝄞')",
  "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    print('async')\nasyncio.run(main())",
  "import subprocess\nprint(subprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout)",
  "import sqlite3\nprint(sqlite3.connect(':memory:').execute('select 1+1').fetchall())",
  "try:\n    input()\nexcept EOFError as error:\n    print(repr(error))",
  "import tempfile, os\nwith tempfile.NamedTemporaryFile() as file:\n    print(os.path.exists(file.name))",
  "import warnings\nwarnings.warn('careful')",
  "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
  "import typing, json\nx: int = 3\nprint(__annotations__, json.dumps({'a': [1, None]}))",
  "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.stdout.write('no newline')",
  "raise KeyError('é')",
];

describeWith("sandbox", "a Python program in the sandbox does what it does outside", () => {
  const { python } = createRunners(createTestExecutor());

  it.each(PYTHON_PROGRAMS)("%j", async (code) => {
    const { stdout, stderr, exitCode } = await python(code);
    expect({ stdout, stderr, exitCode }).toEqual(runPlainly(code));
  });

  it("has an empty working folder", async () => {
    expect((await python("import os\nprint(os.listdir('.'), os.getcwd())")).stdout).toBe("[] /workspace\n");
  });
});

describeWith(["sandbox", "python-packages"], "Python's packages in the sandbox", () => {
  const { python } = createRunners(createTestExecutor());

  it("are there and work", async () => {
    const result = await python(`import numpy, pandas, matplotlib.pyplot as plot
print(numpy.linalg.inv(numpy.eye(2)).tolist())
print(pandas.DataFrame({"a": [1, 1, 2], "b": [1, 2, 3]}).groupby("a").b.sum().to_dict())
plot.plot([1, 2, 3])
plot.savefig("chart.png")
import os
print(os.path.getsize("chart.png") > 1000)`);
    expect(result).toMatchObject({
      status: "succeeded",
      stdout: "[[1.0, 0.0], [0.0, 1.0]]\n{1: 3, 2: 3}\nTrue\n",
      stderr: "",
    });
  });
});
