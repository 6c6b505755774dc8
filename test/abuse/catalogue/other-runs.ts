import { type Attack, anyOf, type Evidence, javascript, outlived, python, saysEscaped } from "../attack.ts";
import { systemCalls } from "./system-call.ts";

/** Two runs printed the same line of randomness. */
const repeats: Evidence = (outcomes) => {
  const lines = outcomes.flatMap(({ stdout }) => [
    ...new Set(stdout.split("\n").filter((line) => line !== "")),
  ]);
  return lines.length === 0 || new Set(lines).size < lines.length;
};

/** What one run can leave to the next, and what runs at the same time know of each other. */
export const OTHER_RUNS: readonly Attack[] = [
  {
    name: "leaves a file in /tmp (Piston's file_persistance.py)",
    language: "python",
    quick: true,
    runs: 3,
    code: ({ mark }) => python`import os
if os.path.exists("/tmp/${mark}"): print("ESCAPED")
open("/tmp/${mark}", "w").write("left")`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a file in its working folder",
    language: "python",
    runs: 3,
    code: `import os
if os.path.exists("left"): print("ESCAPED")
open("left", "w").write("left")`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a file in shared memory",
    language: "javascript",
    runs: 3,
    code: ({ mark }) => javascript`const fs = require("fs");
if (fs.existsSync("/dev/shm/${mark}")) console.log("ESCAPED");
fs.writeFileSync("/dev/shm/${mark}", "left");`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a module for the next program to import",
    language: "python",
    runs: 3,
    code: `try:
    import colour_of_the_day
except ImportError:
    open("colour_of_the_day.py", "w").write("print('ESCAPED')")`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a package for the next program to require",
    language: "javascript",
    runs: 3,
    code: `const fs = require("fs");
try { require("colour-of-the-day"); } catch {
  fs.mkdirSync("node_modules/colour-of-the-day", { recursive: true });
  fs.writeFileSync("node_modules/colour-of-the-day/index.js", "console.log('ESCAPED')");
}`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a message in a queue of System V",
    language: "python",
    runs: 3,
    code: systemCalls(`queue = libc.msgget(0x0ABCDE01, 0)
if queue >= 0:
    print("ESCAPED")
    libc.msgctl(queue, 0, None)
else: libc.msgget(0x0ABCDE01, 0o1600)`),
    escaped: saysEscaped,
  },
  {
    name: "leaves a key with the kernel",
    language: "python",
    runs: 2,
    code: systemCalls(`found = call("keyctl", 10, -4, b"user", b"abuse-left", 0)
if found > 0:
    print("ESCAPED")
    call("keyctl", 21, found)
else: print(call("add_key", b"user", b"abuse-left", b"left", 4, -4))`),
    escaped: saysEscaped,
  },
  {
    name: "leaves somebody behind who tells the next one",
    language: "python",
    runs: 2,
    code: ({ mark }) => python`import os, socket
connection = socket.socket(socket.AF_UNIX)
try:
    connection.connect("\0${mark}-tell")
    print("ESCAPED")
except OSError:
    if os.fork() == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3): os.dup2(null, number)
        connection.bind("\0${mark}-tell")
        connection.listen()
        connection.settimeout(10)
        connection.accept()
        os._exit(0)
    import time
    time.sleep(0.3)`,
    escaped: anyOf(saysEscaped, outlived),
  },
  {
    name: "meets another run at the name of a socket",
    language: "python",
    quick: true,
    runs: 2,
    together: true,
    code: ({ mark }) => python`import errno, socket, time
meeting = socket.socket(socket.AF_UNIX)
try: meeting.bind("\0${mark}-meet")
except OSError as error:
    if error.errno == errno.EADDRINUSE: print("ESCAPED")
time.sleep(1)`,
    escaped: saysEscaped,
  },
  {
    name: "meets another run at a port",
    language: "javascript",
    runs: 2,
    together: true,
    code: `const server = require("net").createServer().listen(45871, "127.0.0.1");
server.on("error", (error) => { if (error.code === "EADDRINUSE") console.log("ESCAPED"); });
setTimeout(() => process.exit(), 1000);`,
    escaped: saysEscaped,
  },
  {
    name: "sees the processes of another run",
    language: "python",
    runs: 2,
    together: true,
    code: ({ mark }) => python`import glob, os, subprocess, time
own = subprocess.Popen(["sleep", "1.5"], start_new_session=True)
subprocess.Popen(["sh", "-c", "sleep 1.5; true", "${mark}-" + str(os.urandom(4).hex())])
time.sleep(0.7)
found = [path for path in glob.glob("/proc/[0-9]*/cmdline") if b"${mark}-" in open(path, "rb").read() and b"sleep" in open(path, "rb").read()]
if len(found) > 1: print("ESCAPED")
own.wait()`,
    escaped: saysEscaped,
  },
  {
    name: "sees the files of another run",
    language: "javascript",
    runs: 2,
    together: true,
    code: ({ mark }) => javascript`const fs = require("fs");
fs.writeFileSync("/tmp/${mark}-" + Math.random(), "x");
setTimeout(() => {
  if (fs.readdirSync("/tmp").filter((name) => name.startsWith("${mark}-")).length > 1) console.log("ESCAPED");
}, 1000);`,
    escaped: saysEscaped,
  },
  {
    name: "finds the text of the run before it in its own memory",
    language: "python",
    runs: 3,
    code: ({ mark }) => python`import os, re
wanted = "-".join(["left", "${mark.slice(0, 16)}", ""]).encode()
own = wanted + os.urandom(8).hex().encode()
held = [own * 1000 for _ in range(100)]
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        start, end = (int(value, 16) for value in line.split()[0].split("-"))
        if " rw" not in line: continue
        try:
            memory.seek(start)
            for found in re.findall(wanted + b"[0-9a-f]{16}", memory.read(end - start)):
                if found != own: print("ESCAPED", found)
        except (OSError, OverflowError, ValueError): pass`,
    escaped: saysEscaped,
  },
  {
    name: "guesses the random numbers of another run (Python; a fork copies their state)",
    language: "python",
    quick: true,
    runs: 5,
    code: `import os, random, secrets, tempfile, uuid
print("random", random.random())
print("instance", random.Random().random())
print("uuid", uuid.uuid4())
print("secrets", secrets.token_hex(8))
print("temporary", tempfile.mktemp())
print("pool", os.urandom(8).hex())`,
    escaped: repeats,
  },
  {
    name: "guesses the random numbers of another run (numpy)",
    language: "python",
    runs: 5,
    code: `try:
    import numpy
    print("legacy", numpy.random.random())
    print("generator", numpy.random.default_rng().random())
except ImportError:
    import os
    print("no numpy", os.urandom(8).hex())`,
    escaped: repeats,
  },
  {
    name: "guesses the random numbers of another run (isolate)",
    language: "javascript",
    runs: 5,
    code: `console.log("random", Math.random());`,
    escaped: repeats,
  },
  {
    name: "guesses the random numbers of another run (Node)",
    language: "javascript",
    runs: 5,
    code: `const crypto = require("crypto");
console.log("random", Math.random());
console.log("uuid", crypto.randomUUID());
console.log("bytes", crypto.randomBytes(8).toString("hex"));`,
    escaped: repeats,
  },
];
