import { type Attack, anyOf, javascript, outlived, python, silencedServer, tookAtLeast } from "../attack.ts";

/** More than a sandbox allows, and few enough not to hurt a machine that allows everything. */
const MANY = 400;

/** The caller waits for ever, or the program is still there when the caller has the answer. */
const STAYS = anyOf(silencedServer, outlived);

/** Bombs of processes and threads, and processes that stay when their program has ended. */
export const MANY_PROCESSES: readonly Attack[] = [
  {
    name: "doubles for ever (the fork bomb; Piston's fork.py)",
    language: "python",
    quick: true,
    timeoutSeconds: 1,
    code: `import os
while True:
    try: os.fork()
    except OSError: pass`,
    escaped: STAYS,
  },
  {
    name: "doubles for ever in a shell",
    language: "javascript",
    timeoutSeconds: 2,
    code: ({ mark }) =>
      javascript`require("child_process").spawnSync("bash", ["-c", "b() { b | b & }; b; while true; do b; sleep 0.1; done", "${mark}"], { stdio: "inherit" })`,
    escaped: STAYS,
  },
  {
    name: "has many children that sleep",
    language: "python",
    code: `import os, time
children = []
try:
    while len(children) < ${MANY}:
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        children.append(child)
finally:
    print("TOOK", len(children))
    for child in children: os.kill(child, 9)`,
    escaped: tookAtLeast(MANY),
  },
  {
    name: "has many children that it never buries",
    language: "python",
    code: `import os
children = 0
try:
    while children < ${MANY}:
        if os.fork() == 0: os._exit(0)
        children += 1
finally: print("TOOK", children)`,
    escaped: tookAtLeast(MANY),
  },
  {
    name: "has many threads",
    language: "python",
    code: `import threading, time
threading.stack_size(65536)
started = 0
try:
    while started < ${MANY}:
        threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
        started += 1
finally: print("TOOK", started, flush=True)`,
    escaped: tookAtLeast(MANY),
  },
  {
    name: "starts many programs from Node",
    language: "javascript",
    timeoutSeconds: 10,
    code: `const { spawn } = require("child_process");
let running = 0;
const children = [];
for (let number = 0; number < ${MANY}; number++) {
  try {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    child.on("spawn", () => { running++; }).on("error", () => {});
    children.push(child);
  } catch { break; }
}
setTimeout(() => { console.log("TOOK " + running); for (const child of children) child.kill("SIGKILL"); }, 500);`,
    escaped: tookAtLeast(MANY),
  },
  {
    name: "has many worker threads",
    language: "javascript",
    timeoutSeconds: 20,
    code: `const { Worker } = require("worker_threads");
let online = 0;
const workers = [];
for (let number = 0; number < 160; number++) {
  workers.push(new Worker("setInterval(() => {}, 1000)", { eval: true }).on("online", () => {
    console.log("TOOK " + ++online);
    if (online === 160) process.exit();
  }).on("error", () => {}));
}`,
    escaped: tookAtLeast(128),
  },
  {
    name: "leaves a daemon behind (forks twice)",
    language: "python",
    quick: true,
    code: ({ mark }) => python`import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3): os.dup2(null, number)
        os.execv("/bin/sh", ["sh", "-c", "sleep 20; true", "${mark}"])
    os._exit(0)
os.wait()
print("parent done")`,
    escaped: outlived,
  },
  {
    name: "leaves a daemon behind that ignores every signal",
    language: "python",
    code: ({ mark }) => python`import os, signal, subprocess
def ignore():
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
null = subprocess.DEVNULL
subprocess.Popen(["sh", "-c", "sleep 20; true", "${mark}"], preexec_fn=ignore, start_new_session=True, stdin=null, stdout=null, stderr=null)`,
    escaped: outlived,
  },
  {
    name: "leaves a program behind from Node (detached)",
    language: "javascript",
    code: ({ mark }) =>
      javascript`require("child_process").spawn("sh", ["-c", "sleep 20; true", "${mark}"], { detached: true, stdio: "ignore" }).unref()`,
    escaped: outlived,
  },
  {
    name: "leaves a chain behind that is never the same process",
    language: "python",
    code: ({ mark }) => python`import os, time
if os.fork() == 0:
    mark = "${mark}"
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3): os.dup2(null, number)
    os.setsid()
    end = time.time() + 20
    while time.time() < end:
        if os.fork(): os._exit(0)
        time.sleep(0.005)
        if time.time() > end - 18: os.execv("/bin/sh", ["sh", "-c", "sleep 18; true", mark])
time.sleep(3)`,
    escaped: outlived,
  },
  {
    name: "leaves one behind that holds the output open",
    language: "python",
    quick: true,
    timeoutSeconds: 3,
    statuses: ["succeeded"],
    code: ({ mark }) => python`import subprocess
subprocess.Popen(["sh", "-c", "sleep 30; true", "${mark}"], start_new_session=True)
print("parent done")`,
    escaped: anyOf(STAYS, ([outcome]) => outcome?.status !== "succeeded"),
  },
  {
    name: "ignores every signal, never ends, and has a child that does the same",
    language: "python",
    quick: true,
    timeoutSeconds: 1,
    statuses: ["timed_out"],
    code: `import os, signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
os.fork()
while True: pass`,
    escaped: STAYS,
  },
  {
    name: "ignores every signal and never ends, with a child of its own, from Node",
    language: "javascript",
    timeoutSeconds: 2,
    statuses: ["timed_out"],
    code: `for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR2"]) process.on(signal, () => {});
require("child_process").spawn("sh", ["-c", "trap '' TERM INT HUP; while true; do sleep 1; done"], { stdio: "inherit" });
setImmediate(() => { for (;;); });`,
    escaped: STAYS,
  },
  {
    name: "stops itself and its children instead of ending",
    language: "python",
    timeoutSeconds: 2,
    statuses: ["timed_out"],
    code: `import os, signal
os.fork()
os.kill(os.getpid(), signal.SIGSTOP)`,
    escaped: STAYS,
  },
  {
    name: "hands itself on from child to child, faster than anybody can kill",
    language: "python",
    timeoutSeconds: 2,
    code: `import os
while True:
    try:
        if os.fork(): os._exit(0)
    except OSError: pass`,
    escaped: STAYS,
  },
];
