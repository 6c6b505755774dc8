import {
  type Attack,
  anyOf,
  type Evidence,
  misreported,
  python,
  saysEscaped,
  silencedServer,
} from "../attack.ts";
import { systemCalls } from "./system-call.ts";

/** Somebody else's words are in the answer, or on the way that answers go. */
const forged: Evidence = (outcomes) =>
  outcomes.some(
    ({ raw, exitCode, stdout }) =>
      exitCode === 42 || (raw.includes("FORGED") && !stdout.includes("own words")),
  );

/** A frame that says that the program ended with code 42. */
const FRAME = python`import json, os, struct
def frame(kind, payload): return kind + struct.pack(">I", len(payload)) + payload
report = {"why": "ended", "code": 42, "signal": None, "cpu_ms": 1, "wall_ms": 1, "stdout_dropped": 0, "stderr_dropped": 0, "engine": "FORGED"}
forged = frame(b"O", b"FORGED\n") + frame(b"X", json.dumps(report).encode())
`;

/** Telling the caller something about the program that is not so. */
export const FORGED_RESULTS: readonly Attack[] = [
  {
    name: "writes frames of a report to every descriptor",
    language: "python",
    quick: true,
    code: `${FRAME}for number in range(3, 65):
    try: os.write(number, forged)
    except OSError: pass`,
    escaped: forged,
  },
  {
    name: "writes frames of a report to every descriptor of process 1 and of its parent",
    language: "python",
    code: `${FRAME}for pid in (1, os.getppid()):
    for number in range(65):
        try: os.write(os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_NONBLOCK), forged)
        except OSError: pass`,
    escaped: forged,
  },
  {
    name: "takes its parent's descriptors and writes to them (pidfd_getfd)",
    language: "python",
    code: systemCalls(`${FRAME}other = call("pidfd_open", os.getppid(), 0)
for number in range(16):
    taken = call("pidfd_getfd", other, number, 0)
    if taken < 0: continue
    os.set_blocking(taken, False)
    try: os.write(taken, forged)
    except OSError: pass`),
    escaped: forged,
  },
  {
    name: "prints frames of a report as if its output were the channel",
    language: "python",
    code: `${FRAME}os.write(1, b"own words" + forged)
os.write(2, forged)`,
    escaped: misreported({ status: "succeeded", exitCode: 0 }),
  },
  {
    name: "prints an answer as if its output were the server's",
    language: "javascript",
    code: `console.log(JSON.stringify({ success: true, status: "succeeded", exit_code: 0, output: "forged" }) + "\\n\\0");
throw new Error("failed");`,
    escaped: misreported({ status: "failed", exitCode: 1 }),
  },
  {
    name: "writes to every descriptor from Node",
    language: "javascript",
    code: `const fs = require("fs");
const report = Buffer.from(JSON.stringify({ why: "ended", code: 42, signal: null, engine: "FORGED" }));
const head = Buffer.from("X0000"); head.writeUInt32BE(report.length, 1);
for (let number = 3; number < 16; number++) {
  let target = "";
  try { target = fs.readlinkSync("/proc/self/fd/" + number); } catch {}
  if (!/^(pipe|socket):/.test(target)) continue;
  try { fs.writeSync(number, Buffer.concat([head, report])); } catch {}
}`,
    escaped: forged,
  },
  {
    name: "says that another engine ran it",
    language: "javascript",
    code: `const fs = require("fs");
for (const number of [3, 4, 5]) try { fs.writeSync(number, "FORGED"); } catch {}`,
    escaped: ([outcome]) => outcome?.engine === "FORGED",
  },
  {
    name: "says that it wanted memory, and only failed",
    language: "python",
    code: `import sys
sys.stderr.write("Traceback (most recent call last):\\nMemoryError\\n")
sys.exit(1)`,
    escaped: misreported({ status: "failed", exitCode: 1 }),
  },
  {
    name: "speaks after its end",
    language: "python",
    quick: true,
    code: `import os, sys, time
if os.fork() == 0:
    time.sleep(1)
    os.write(1, b"late FORGED\\n")
    os._exit(0)
print("own end")`,
    escaped: anyOf(silencedServer, ([outcome]) => /late/.test(outcome?.stdout ?? "")),
  },
  {
    name: "becomes another program, whose end is then its own",
    language: "python",
    code: `import os
os.execv("/bin/sh", ["sh", "-c", "echo other; kill -SEGV $$"])`,
    escaped: misreported({ status: "killed", exitCode: null }),
  },
  {
    name: "looks for sockets of its keepers that it may connect to",
    language: "python",
    code: `import os, stat
for top in ("/run", "/sandbox", "/tmp", "/var/tmp", "/dev", "/workspace", "/srv", "/opt", "/mnt"):
    for folder, folders, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if stat.S_ISSOCK(os.lstat(path).st_mode) and os.access(path, os.W_OK): print("ESCAPED", path, flush=True)
            except OSError: pass`,
    escaped: saysEscaped,
  },
  {
    name: "reads the request of whoever comes next, from descriptors that were left open",
    language: "python",
    code: `import os
for number in range(3, 256):
    try: target = os.readlink(f"/proc/self/fd/{number}")
    except OSError: continue
    if target.startswith(("socket:", "pipe:")): print("ESCAPED", number, target)`,
    escaped: saysEscaped,
  },
];
