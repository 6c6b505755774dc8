import {
  type Attack,
  anyOf,
  javascript,
  misreported,
  saysEscaped,
  silencedServer,
  stoleSecret,
  tookAtLeast,
} from "../attack.ts";
import { systemCalls } from "./system-call.ts";

/** Tracing, signalling and throttling processes that are not the program's own: its supervisor before all. */
export const OTHER_PROCESSES: readonly Attack[] = [
  {
    name: "traces its parent",
    language: "python",
    quick: true,
    code: systemCalls(`reached(call("ptrace", 0x4206, os.getppid(), 0, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "traces a child of its own (seccomp filters were once left that way)",
    language: "python",
    code: systemCalls(`import time
child = os.fork()
if child == 0:
    time.sleep(3)
    os._exit(0)
reached(call("ptrace", 16, child, 0, 0))
os.kill(child, 9)`),
    escaped: saysEscaped,
  },
  {
    name: "reads its parent's memory (process_vm_readv)",
    language: "python",
    code: systemCalls(`import struct
buffer = ctypes.create_string_buffer(64)
address = ctypes.addressof(buffer)
own = ctypes.create_string_buffer(struct.pack("QQ", address, 64))
other = ctypes.create_string_buffer(struct.pack("QQ", 0x400000, 64))
reached(call("process_vm_readv", os.getppid(), own, 1, other, 1, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "writes its parent's memory (process_vm_writev)",
    language: "python",
    code: systemCalls(`import struct
own = ctypes.create_string_buffer(struct.pack("QQ", 0, 0))
reached(call("process_vm_writev", os.getppid(), own, 1, own, 1, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "takes a descriptor out of its parent (pidfd_getfd)",
    language: "python",
    code: systemCalls(`for number in range(3):
    reached(call("pidfd_getfd", call("pidfd_open", os.getppid(), 0), number, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "compares itself with its parent (kcmp tells of kernel addresses)",
    language: "python",
    code: systemCalls(`reached(call("kcmp", os.getpid(), os.getppid(), 1, 0, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "kills its parent",
    language: "python",
    code: `import os, signal, time
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(0.5)
print("done")`,
    escaped: silencedServer,
  },
  {
    name: "kills its parent from Node",
    language: "javascript",
    code: `process.kill(process.ppid, "SIGKILL"); console.log("done")`,
    escaped: silencedServer,
  },
  {
    name: "stops its parent and then never ends",
    language: "python",
    quick: true,
    statuses: ["timed_out"],
    timeoutSeconds: 1,
    code: `import os, signal
os.kill(os.getppid(), signal.SIGSTOP)
while True: pass`,
    escaped: silencedServer,
  },
  {
    name: "sends process 1 and its parent every signal there is (go-judge's kill -INT 1)",
    language: "python",
    code: `import os, time
for pid in (1, os.getppid()):
    for number in range(1, 65):
        try: os.kill(pid, number)
        except OSError: pass
time.sleep(0.5)`,
    escaped: anyOf(silencedServer, misreported({ status: "succeeded" })),
  },
  {
    name: "kills everything that it may",
    language: "python",
    code: `import os, time
os.kill(-1, 9)
time.sleep(0.5)
print("done")`,
    escaped: silencedServer,
  },
  {
    name: "kills its group of processes, to which its supervisor may belong",
    language: "python",
    quick: true,
    statuses: ["killed"],
    code: `import os
os.killpg(0, 9)`,
    escaped: silencedServer,
  },
  {
    name: "has its parent killed by a limit on processor time (prlimit)",
    language: "python",
    code: `import os, resource, time
resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))
for _ in range(2000): print("x" * 1000)
time.sleep(2)
print("done")`,
    escaped: silencedServer,
  },
  {
    name: "takes its parent's memory, so that it cannot say how the program ended (prlimit)",
    language: "python",
    code: `import os, resource, time
for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_STACK):
    try: resource.prlimit(os.getppid(), kind, (0, 0))
    except OSError: pass
for _ in range(20000): print("x" * 1000)
time.sleep(0.5)
raise SystemExit(3)`,
    escaped: anyOf(silencedServer, misreported({ status: "failed", exitCode: 3 })),
  },
  {
    name: "takes its parent's descriptors, so that it cannot count the memory of others (prlimit)",
    language: "python",
    timeoutSeconds: 8,
    quick: true,
    code: `import os, resource, time
resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))
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
    escaped: tookAtLeast(1024),
  },
  {
    name: "has its supervisor wait for ever behind everybody else (priorities)",
    language: "python",
    timeoutSeconds: 3,
    statuses: ["timed_out"],
    code: `import os
parent = os.getppid()
for attempt in (
    lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0)),
    lambda: os.sched_setaffinity(parent, {0}),
):
    try: attempt()
    except OSError as error: print(error)
for _ in range(30):
    if os.fork() == 0: break
while True: pass`,
    escaped: silencedServer,
  },
  {
    name: "counts processes that are neither itself nor its supervisor",
    language: "python",
    code: `import os
known = {os.getpid(), os.getppid()}
for pid in range(1, 70000):
    if pid in known: continue
    try:
        os.kill(pid, 0)
        print("ESCAPED", pid)
    except OSError: pass`,
    escaped: saysEscaped,
  },
  {
    name: "attaches a segment of System V memory of another process",
    language: "python",
    code: systemCalls(`libc.shmat.restype = ctypes.c_void_p
for line in open("/proc/sysvipc/shm").read().splitlines()[1:]:
    address = libc.shmat(int(line.split()[1]), None, 0o10000)
    if address not in (None, 0xFFFFFFFFFFFFFFFF): print(ctypes.string_at(address, 100))`),
    escaped: stoleSecret,
  },
  {
    name: "reads what others left in shared memory",
    language: "javascript",
    code: ({ socketName }) =>
      javascript`console.log(require("fs").readFileSync("/dev/shm/${socketName}", "utf8"))`,
    escaped: stoleSecret,
  },
  {
    name: "debugs its parent (Node's SIGUSR1 opens the inspector)",
    language: "javascript",
    code: ({ mark }) => javascript`const { execFileSync } = require("child_process");
try { execFileSync("gdb", ["-p", String(process.ppid), "-batch", "${mark}"]); } catch (error) { console.log(error.code); }
process.kill(process.ppid, "SIGUSR1");
setTimeout(() => console.log("done"), 500);`,
    escaped: silencedServer,
  },
];
