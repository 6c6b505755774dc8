import { type Attack, javascript, python, saysEscaped, silencedServer, stoleSecret } from "../attack.ts";

/** What /proc and /sys tell and allow. */
export const PROC: readonly Attack[] = [
  {
    name: "reads the environment of process 1",
    language: "python",
    quick: true,
    code: `print(open("/proc/1/environ").read())`,
    escaped: stoleSecret,
  },
  {
    name: "reads the environment of process 1 from Node",
    language: "javascript",
    code: `console.log(require("fs").readFileSync("/proc/1/environ", "utf8"))`,
    escaped: stoleSecret,
  },
  {
    name: "reads the environment and arguments of every process",
    language: "python",
    code: `import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try: print(open(path).read())
    except OSError: pass`,
    escaped: stoleSecret,
  },
  {
    name: "finds a process of the host by its arguments",
    language: "javascript",
    code: ({ hostProcess }) => javascript`const fs = require("fs");
for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
  if (fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").includes("${hostProcess}")) console.log("ESCAPED");
}`,
    escaped: saysEscaped,
  },
  {
    name: "reads a file through the root of process 1",
    language: "python",
    code: ({ folder }) => python`print(open("/proc/1/root${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "searches the memory of its parent",
    language: "python",
    quick: true,
    code: `import os, re
pid = os.getppid()
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        start, end = (int(value, 16) for value in line.split()[0].split("-"))
        if " rw" not in line or end - start > 1 << 28: continue
        try:
            memory.seek(start)
            found = re.findall(rb"canary-[a-z]+-[0-9a-f]{32}", memory.read(end - start))
            if found: print(found[:5])
        except OSError: pass`,
    escaped: stoleSecret,
  },
  {
    name: "writes into the memory of its parent",
    language: "python",
    code: `import os
os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "opens the descriptors of its parent",
    language: "python",
    code: `import os
folder = f"/proc/{os.getppid()}/fd"
for name in os.listdir(folder):
    print("ESCAPED", os.readlink(f"{folder}/{name}"))`,
    escaped: saysEscaped,
  },
  {
    name: "chooses the program that handles crashes on the host (core_pattern)",
    language: "python",
    code: `import os
os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "presses the magic key (sysrq-trigger)",
    language: "python",
    code: `import os
os.open("/proc/sysrq-trigger", os.O_WRONLY)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "reads the kernel's memory and messages",
    language: "python",
    code: `import os
for path in ("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/proc/kpagecount"):
    try:
        os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        print("ESCAPED", path)
    except OSError as error: print(error)`,
    escaped: saysEscaped,
  },
  {
    name: "shields itself from the kernel's choice of whom to kill",
    language: "python",
    code: `import os
with open("/proc/self/oom_score_adj", "w") as file: file.write("-1000")
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "has the server chosen when memory is short",
    language: "python",
    code: `import os
with open(f"/proc/{os.getppid()}/oom_score_adj", "w") as file: file.write("1000")
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "has a control group start a program on the host (CVE-2022-0492, release_agent)",
    language: "python",
    code: `import glob, os
for path in glob.glob("/sys/fs/cgroup/*/release_agent") + glob.glob("/sys/fs/cgroup/release_agent"):
    os.open(path, os.O_WRONLY)
    print("ESCAPED", path)`,
    escaped: saysEscaped,
  },
  {
    name: "loosens its control group",
    language: "python",
    quick: true,
    code: `import os
for folder, _, names in os.walk("/sys/fs/cgroup"):
    for name in names:
        if name in ("cgroup.procs", "tasks", "memory.limit_in_bytes", "memory.max", "pids.max"):
            if os.access(os.path.join(folder, name), os.W_OK):
                print("ESCAPED", folder)
                raise SystemExit`,
    escaped: saysEscaped,
  },
  {
    name: "looks at the machine's devices in /sys",
    language: "python",
    code: `import os
print("ESCAPED" if os.listdir("/sys/block") or os.listdir("/sys/class/net") else "")`,
    escaped: saysEscaped,
  },
  {
    name: "changes the interpreter through its own process (CVE-2019-5736, runc)",
    language: "python",
    code: `import os
for pid in (1, os.getppid()):
    target = os.readlink(f"/proc/{pid}/exe")
    print(target)
    os.utime(f"/proc/{pid}/exe", ns=(os.stat(target).st_atime_ns, os.stat(target).st_mtime_ns))
    print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "covers the eyes of the supervisor: a process whose name breaks lines and brackets",
    language: "python",
    statuses: ["timed_out", "out_of_memory", "killed"],
    timeoutSeconds: 3,
    code: `import ctypes, os
for number in range(4):
    if os.fork() == 0: break
ctypes.CDLL(None).prctl(15, b"x) R 1\\n 1 (", 0, 0, 0)
held = []
while True: held.append(bytearray(10**6))`,
    escaped: silencedServer,
  },
];
