import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import type { Executor, RunResult } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor, toOptions, toProgram } from "./sandbox.fixture.ts";

type Outcome = Pick<RunResult, "stdout" | "stderr" | "exitCode">;

/** Runs a harmless program of this file without a sandbox, to know what it has to come to. */
function runPlainly(code: string, stdin = ""): Outcome {
  const folder = mkdtempSync(`${tmpdir()}/plain-`);
  try {
    writeFileSync(`${folder}/main.py`, code);
    const { stdout, stderr, status } = spawnSync("/usr/bin/python3", [`${folder}/main.py`], {
      cwd: folder,
      encoding: "utf8",
      input: stdin,
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

const STARTS_AND_ENDS = [
  "class A:\n    def __init__(self, n):\n        self.n = n\n        self.me = self\n    def __del__(self):\n        print('bye', self.n)\na = A(1)\nb = A(2)\ndef f():\n    return a",
  "import atexit\natexit.register(lambda: print(__name__, '__file__' in globals()))",
  "raise KeyboardInterrupt",
  "import sys\ndef hook(*rest):\n    raise ValueError('hook')\nsys.excepthook = hook\n1/0",
  "import sys\nsys.excepthook = lambda *rest: sys.exit(4)\n1/0",
  "import sys\ndel sys.excepthook\n1/0",
  "import os\nos.close(1)\nprint('x')",
  "import os\nos.close(2)\n1/0",
  "import sys\nsys.stdout.close()\nprint('x')",
  "import sys\nsys.stdout = None\nprint('x')\nsys.exit([1, 2])",
  "import os\nif os.fork() == 0:\n    raise SystemExit(3)\nprint(os.wait()[1])",
  "import threading, time\ndef forever():\n    while True:\n        time.sleep(0.001)\nthreading.Thread(target=forever, daemon=True).start()",
  "import weakref\nclass C: pass\nc = C()\nweakref.finalize(c, print, 'finalized')",
  "def g():\n    try:\n        yield 1\n    finally:\n        print('closed')\nx = g()\nnext(x)",
  "async def f(): pass\nf()",
  "import os, signal\nos.kill(os.getpid(), signal.SIGUSR1)",
  "'''\n>>> 1 + 1\n3\n'''\nimport doctest\nprint(doctest.testmod())",
];

const FRAMES = [
  "import traceback, inspect, sys\ndef f():\n    traceback.print_stack()\n    print(len(inspect.stack()))\nf()\nprint(sys._getframe().f_back)",
  "import sys\nprint(sys.getrecursionlimit())\ndef f(n):\n    global most\n    most = n\n    f(n + 1)\ntry:\n    f(1)\nexcept RecursionError:\n    print(most)",
  "def f(n):\n    return f(n + 1)\nf(1)",
  "import warnings\nwarnings.warn('one')\nwarnings.warn('two', DeprecationWarning, stacklevel=2)\nwarnings.warn('three', stacklevel=3)",
  "import sys\nsys.settrace(lambda frame, event, _: print(event, frame.f_code.co_name))\ndef f(): pass\nf()",
  "import sys\nsys.setprofile(lambda frame, event, _: print(event, frame.f_code.co_name))\ndef f(): pass\nf()",
  "import importlib\ntry:\n    importlib.import_module('nowhere')\nfinally:\n    1/0",
  "import importlib, traceback\ntry:\n    importlib.import_module('nowhere')\nexcept ImportError:\n    traceback.print_exc()",
  "import pdb\npdb.set_trace()",
];

const IMPORTS = [
  "import sys\nprint([name for name in sys.modules if name != 'sitecustomize'])",
  "import json, sys\nprint([name for name in sys.modules if name != 'sitecustomize'])",
  "import asyncio, unittest, sys\nprint(sorted(set(sys.modules) - {'sitecustomize'}))",
  "import concurrent\nconcurrent.futures",
  "import xml\nxml.etree",
  "import html.entities, pyexpat.model\nprint(html.escape('<'), pyexpat.model.__name__)",
  "import multiprocessing, sys\nprint(sys.modules['__mp_main__'] is sys.modules['__main__'])",
  "import asyncio, concurrent\nprint(concurrent.futures.Future.__name__)",
  "import urllib.request, urllib\nprint(urllib.error.__name__)",
  "open('json.py', 'w').write('x = 5')\nimport json\nprint(json.x)",
  "open('random.py', 'w').write('def randint(a, b): return 4')\nimport random\nprint(random.randint(1, 2))\nimport tempfile",
  "import os, sys\nos.mkdir('lib')\nopen('lib/string.py', 'w').write('y = 1')\nsys.path.insert(0, 'lib')\nimport string\nprint(string.y)",
  "import sys\nsys.modules['re'] = 3\nimport json",
  "import sys\nclass Finder:\n    def find_spec(self, name, path, target=None):\n        print('find', name)\nsys.meta_path.insert(0, Finder())\nimport json",
  "import zipfile, sys\nwith zipfile.ZipFile('a.zip', 'w') as file:\n    file.writestr('json.py', 'q = 3')\nsys.path.insert(0, 'a.zip')\nimport json\nprint(json.q)",
  "import builtins\nbefore = builtins.__import__\ndef tell(name, *rest, **more):\n    print('import', name)\n    return before(name, *rest, **more)\nbuiltins.__import__ = tell\nimport json",
  "import threading\ndef f():\n    import asyncio, unittest, statistics\n    print(asyncio.run.__name__, unittest.main.__name__)\nthreads = [threading.Thread(target=f) for _ in range(8)]\nfor thread in threads:\n    thread.start()\nfor thread in threads:\n    thread.join()",
];

const FILES_AND_STREAMS = [
  "print(open(__file__).read())",
  "import os\nprint(os.listdir(), oct(os.stat('main.py').st_mode), oct(os.umask(0)), open('x', 'w').fileno())",
  "import main",
  "import multiprocessing\ndef square(x):\n    return x * x\nif __name__ == '__main__':\n    multiprocessing.set_start_method('spawn')\n    with multiprocessing.Pool(2) as pool:\n        print(pool.map(square, range(5)))",
  "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, 2])))",
  "name = input('name? ')\nprint(repr(name))\nimport sys\nprint(sys.stdin.readlines())\ninput()",
  "import sys\nfor s in (sys.stdin, sys.stdout, sys.stderr):\n    print(s, s.errors, s.line_buffering, s.newlines, s.buffer.raw.name)\nsys.stdout.write('\\udc80')",
  "import code\ncode.interact()",
  "import sys, locale, time\nprint(sys.flags[:4], sys.flags[5:-1], sys.argv[1:], locale.getlocale(), time.tzname)",
  "import signal\nprint([signal.getsignal(number) for number in signal.valid_signals() if number not in (9, 19)])",
  "import gc, threading, os\nprint(gc.collect(), threading.main_thread().native_id == os.getpid(), threading.Thread().name)",
];

const SOURCES = [
  "",
  "x = 1\r\nprint(x)\r\n1/0\r\n",
  "\uFEFFprint('byte order mark')",
  "# -*- coding: latin-1 -*-\nprint('é')",
  "# -*- coding: bogus -*-\nprint('é')",
  "print(1)\n\f\nif 1:\n\tprint(2)\n        print(3)",
  "print('☃', 1/0, '☃')",
  "print('''abc",
  "x = (1,\n2\n",
  "'\\d'\nassert (1, 'x')\n1 is 1",
  "from __future__ import nothing",
  "from __future__ import annotations\ndef f(x: Foo): pass\nprint(f.__annotations__)",
  "return 5",
  "def f(:\n",
];

const STDIN = "first\r\nsecond ☃\nlast";

describeWith("sandbox", "a Python program in the sandbox does what it does outside", () => {
  const warm = createTestExecutor();
  const cold = createTestExecutor({ warm: { python: 0, data: 0, javascript: 0, node: 0 } });

  async function compare(executor: Executor, code: string): Promise<void> {
    const signal = AbortSignal.timeout(110_000);
    const run = await executor.run(toProgram({ language: "python", code, stdin: STDIN }), toOptions(signal));
    const { stdout, stderr, exitCode } = run;
    expect({ stdout, stderr, exitCode }).toEqual(runPlainly(code, STDIN));
  }

  it.each(PYTHON_PROGRAMS)("%j", (code) => compare(warm, code));
  it.each(STARTS_AND_ENDS)("from its start to its end: %j", (code) => compare(warm, code));
  it.each(FRAMES)("in what it sees of the stack: %j", (code) => compare(warm, code));
  it.each(IMPORTS)("in what it imports: %j", (code) => compare(warm, code));
  it.each(FILES_AND_STREAMS)("with its file and streams: %j", (code) => compare(warm, code));
  it.each(SOURCES)("however it is written: %j", (code) => compare(warm, code));
  it.each([...STARTS_AND_ENDS, ...FRAMES])("in a cold sandbox: %j", (code) => compare(cold, code));

  it("finds nothing but itself in the working folder", async () => {
    const { python } = createRunners(warm);
    const { stdout } = await python("import os\nprint(os.listdir('.'), os.getcwd())");
    expect(stdout).toBe("['main.py'] /workspace\n");
  });

  it("draws other random numbers than every other program", async () => {
    const { python } = createRunners(warm);
    const code =
      "import random, uuid, tempfile, multiprocessing\nprint(random.random(), uuid.uuid4(), tempfile.mktemp(), multiprocessing.current_process().authkey.hex())";
    const runs = await Promise.all([1, 2, 3, 4].map(() => python(code)));
    const drawn = runs.flatMap(({ stdout }) => stdout.trim().split(" "));
    expect(drawn).toHaveLength(16);
    expect(new Set(drawn).size).toBe(16);
  });

  it("hears which modules there are when it imports one that there is not", async () => {
    const { python } = createRunners(warm);
    const { stderr, exitCode } = await python("import requests_oauth");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /ModuleNotFoundError: No module named 'requests_oauth'\nThe sandbox has no network and no pip\. Beside the standard library it has: .+\.\n$/,
    );
    expect((await python("raise ModuleNotFoundError('mine')")).stderr).not.toContain("pip");
    expect((await python("import json.nowhere")).stderr).not.toContain("pip");
  });
});

describeWith(["sandbox", "python-packages"], "Python's packages in the sandbox", () => {
  const { python } = createRunners(
    createTestExecutor({ warm: { python: 0, data: 1, javascript: 0, node: 0 } }),
  );

  it("draw other random numbers in every program", async () => {
    const code = "import numpy\nprint(numpy.random.rand(), numpy.random.default_rng().random())";
    const runs = await Promise.all([1, 2, 3].map(() => python(code)));
    expect(new Set(runs.flatMap(({ stdout }) => stdout.trim().split(" "))).size).toBe(6);
  });

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
