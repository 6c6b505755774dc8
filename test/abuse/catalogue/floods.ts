import { type Attack, type Evidence, misreported, silencedServer } from "../attack.ts";

/** The answer grows with what the program writes: a server that keeps everything can be filled. */
const answersInFull: Evidence = (outcomes) =>
  outcomes.some(({ stdout, stderr }) => stdout.length + stderr.length > 1_000_000);

/** Output without end, and work without end. */
export const FLOODS: readonly Attack[] = [
  {
    name: "writes 64 MiB (Piston's runaway_output.py)",
    language: "python",
    quick: true,
    timeoutSeconds: 10,
    statuses: ["succeeded"],
    code: `for _ in range(64): print("x" * 2**20)`,
    escaped: answersInFull,
  },
  {
    name: "writes 64 MiB of errors",
    language: "python",
    timeoutSeconds: 10,
    statuses: ["succeeded"],
    code: `import sys
for _ in range(64): sys.stderr.write("x" * 2**20)`,
    escaped: answersInFull,
  },
  {
    name: "writes 64 MiB on both streams in turn from Node",
    language: "javascript",
    timeoutSeconds: 10,
    statuses: ["succeeded"],
    code: `const fs = require("fs");
for (let count = 0; count < 32; count++) for (const stream of [1, 2]) fs.writeSync(stream, "x".repeat(2 ** 20) + "\\n");`,
    escaped: answersInFull,
  },
  {
    name: "writes 64 MiB by the console",
    language: "javascript",
    timeoutSeconds: 10,
    statuses: ["succeeded"],
    code: `for (let count = 0; count < 64; count++) console.log("x".repeat(2 ** 20));`,
    escaped: answersInFull,
  },
  {
    name: "writes zeros, which grow sixfold as JSON",
    language: "python",
    timeoutSeconds: 10,
    code: `import os
for _ in range(256): os.write(1, bytes(2**16))`,
    escaped: answersInFull,
  },
  {
    name: "writes what is no text",
    language: "python",
    timeoutSeconds: 10,
    code: `import os
for _ in range(256): os.write(1, b"\\xff\\xfe\\xed\\xa0\\x80" * 2**13)`,
    escaped: answersInFull,
  },
  {
    name: "writes one byte at a time, for as long as it may",
    language: "python",
    timeoutSeconds: 2,
    statuses: ["timed_out"],
    code: `import os
while True: os.write(1, b"x")`,
    escaped: answersInFull,
  },
  {
    name: "writes from many processes at once without end",
    language: "python",
    timeoutSeconds: 2,
    code: `import os
for _ in range(4): os.fork()
for _ in range(64): os.write(1, b"x" * 65536)
while True: pass`,
    escaped: answersInFull,
  },
  {
    name: "closes its streams and stays",
    language: "python",
    timeoutSeconds: 2,
    statuses: ["timed_out"],
    code: `import os
os.closerange(0, 100)
while True: pass`,
    escaped: silencedServer,
  },
  {
    name: "matches a pattern that takes for ever",
    language: "python",
    quick: true,
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `import re
re.match("(a+)+$", "a" * 64 + "b")`,
    escaped: silencedServer,
  },
  {
    name: "matches a pattern that takes for ever",
    language: "javascript",
    quick: true,
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `/^(a+)+$/.test("a".repeat(64) + "b")`,
    escaped: silencedServer,
  },
  {
    name: "promises for ever, so that no timer comes",
    language: "javascript",
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `setTimeout(() => console.log("done"), 10); (function next() { Promise.resolve().then(next); })();`,
    escaped: misreported({ status: "timed_out" }),
  },
  {
    name: "multiplies numbers that no timer interrupts (isolated-vm's time limit does not)",
    language: "javascript",
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `let number = 3n ** 2_000_000n; for (;;) number = (number * number) % (1n << 20_000_000n);`,
    escaped: misreported({ status: "timed_out" }),
  },
  {
    name: "waits on a lock for ever",
    language: "javascript",
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`,
    escaped: misreported({ status: "timed_out" }),
  },
];
