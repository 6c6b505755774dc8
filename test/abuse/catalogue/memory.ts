import { type Attack, python, saysEscaped, tookAtLeast } from "../attack.ts";

/** MiB: twice what a sandbox gives, where the program stops by itself so that a machine without limits survives it. */
const TOO_MUCH = 1024;

/** A Python program that takes 32 MiB more in each round, by the statement given. */
function takes(before: string, statement: string): string {
  return python`import sys
${before}
for number in range(${TOO_MUCH / 32}):
    ${statement}
    print("TOOK", (number + 1) * 32, flush=True)`;
}

/** The same in JavaScript. */
function takesInJavaScript(before: string, statement: string): string {
  return `${before};
for (let number = 0; number < ${TOO_MUCH / 32}; number++) {
  ${statement};
  console.log("TOOK " + (number + 1) * 32);
}`;
}

/** How each program takes 32 MiB: name, what goes before, the statement. */
const IN_PYTHON: readonly (readonly [string, string, string])[] = [
  ["a list of byte arrays", "held = []", `held.append(bytearray(b"x") * (32 * 2**20))`],
  [
    "a dictionary",
    "held = {}",
    `held.update((number * 10**7 + key, str(key) * 2) for key in range(180_000))`,
  ],
  ["texts of wide letters", "held = []", `held.append(chr(0x1F600) * (8 * 2**20))`],
  ["whole numbers", "held = []", "held.append((1 << (8 * 32 * 2**20)) + number)"],
  [
    "a mapping that no limit of one process counts twice",
    "import mmap; held = []",
    `held.append(mmap.mmap(-1, 32 * 2**20)); held[-1].write(b"x" * (32 * 2**20))`,
  ],
  [
    "a mapping that is private, by the C library",
    `import ctypes
libc = ctypes.CDLL(None); libc.malloc.restype = ctypes.c_void_p`,
    "ctypes.memset(ctypes.c_void_p(libc.malloc(ctypes.c_size_t(32 * 2**20))), 1, 32 * 2**20)",
  ],
  [
    "a bomb that was packed small",
    `import zlib; packed = zlib.compress(bytes(32 * 2**20)); held = []`,
    "held.append(zlib.decompress(packed))",
  ],
  ["tuples that hold each other", "held = ()", "held = (held, [None] * (4 * 2**20))"],
];

const IN_JAVASCRIPT: readonly (readonly [string, string, string])[] = [
  ["arrays", "const held = []", "held.push(new Array(4 * 2 ** 20).fill(1.5))"],
  [
    "a Map",
    "const held = new Map()",
    "for (let key = 0; key < 350_000; key++) held.set(number * 1e7 + key, { key })",
  ],
  ["texts", "const held = []", `const text = "x".repeat(2 ** 25 - number); /y$/.test(text); held.push(text)`],
  [
    "whole numbers",
    "const held = []",
    "for (let part = 0; part < 4; part++) held.push(1n << BigInt(8 * 8 * 2 ** 20))",
  ],
  ["array buffers", "const held = []", "held.push(new Uint8Array(32 * 2 ** 20).fill(1))"],
  ["buffers of Node", `const held = [require("buffer")]`, "held.push(Buffer.alloc(32 * 2 ** 20, 1))"],
  [
    "buffers that threads share",
    "const held = []",
    `held.push(new Uint8Array(new globalThis["Shared" + "ArrayBuffer"](32 * 2 ** 20)).fill(1))`,
  ],
  [
    "WebAssembly",
    "const held = []",
    "const memory = new WebAssembly.Memory({ initial: 512 }); new Uint8Array(memory.buffer).fill(1); held.push(memory)",
  ],
  [
    "closures",
    "const held = []",
    "for (let count = 0; count < 4096; count++) { const inner = new Array(1024).fill(count); held.push(() => inner); }",
  ],
];

const QUICK = /^(a list of byte arrays|WebAssembly)$/;

function toAttacks(
  language: Attack["language"],
  rows: readonly (readonly [string, string, string])[],
  toCode: (before: string, statement: string) => string,
): readonly Attack[] {
  return rows.map(([name, before, statement]) => ({
    name: `takes 1 GiB as ${name}`,
    language,
    ...(QUICK.test(name) ? { quick: true } : {}),
    timeoutSeconds: 20,
    statuses: ["out_of_memory", "failed", "killed", "timed_out"],
    code: toCode(before, statement),
    escaped: tookAtLeast(TOO_MUCH),
  }));
}

/** Memory of the program's own processes. What the kernel keeps for them is in kernel-memory.ts. */
export const MEMORY: readonly Attack[] = [
  ...toAttacks("python", IN_PYTHON, takes),
  ...toAttacks("javascript", IN_JAVASCRIPT, takesInJavaScript),
  {
    name: "takes 1 GiB in sixteen processes, none of which is large",
    language: "python",
    timeoutSeconds: 8,
    quick: true,
    statuses: ["out_of_memory"],
    code: `import os, time
children = []
reader, writer = os.pipe()
for number in range(16):
    children.append(os.fork())
    if children[-1] == 0:
        held = bytearray(64 * 2**20)
        for place in range(0, len(held), 4096): held[place] = 1
        os.write(writer, b"x")
        time.sleep(60)
    os.read(reader, 1)
    print("TOOK", (number + 1) * 64, flush=True)
time.sleep(1)
for child in children: os.kill(child, 9)`,
    escaped: tookAtLeast(TOO_MUCH),
  },
  {
    name: "takes 1 GiB in threads of workers, each with a heap of its own",
    language: "javascript",
    timeoutSeconds: 20,
    statuses: ["out_of_memory", "killed", "failed", "timed_out"],
    code: `const { Worker } = require("worker_threads");
let taken = 0;
for (let number = 0; number < 16; number++) {
  new Worker('const held = []; for (let i = 0; i < 8; i++) held.push(new Array(2 ** 20).fill(1.5)); require("worker_threads").parentPort.postMessage(64); setInterval(() => held.length, 1000)', { eval: true })
    .on("message", (amount) => { taken += amount; console.log("TOOK " + taken); if (taken === 1024) process.exit(); });
}`,
    escaped: tookAtLeast(TOO_MUCH),
  },
  {
    name: "takes 1 GiB in a child that is gone before anybody looks twice",
    language: "python",
    timeoutSeconds: 20,
    statuses: ["out_of_memory", "failed", "killed"],
    code: `import subprocess, sys
inner = "held = []\\nfor n in range(32): held.append(bytearray(b'x') * (32 * 2**20)); print('TOOK', (n + 1) * 32, flush=True)"
sys.exit(subprocess.run([sys.executable, "-c", inner]).returncode)`,
    escaped: tookAtLeast(TOO_MUCH),
  },
  {
    name: "takes the limits off its memory",
    language: "python",
    code: `import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print("ESCAPED")`,
    escaped: saysEscaped,
  },
];
