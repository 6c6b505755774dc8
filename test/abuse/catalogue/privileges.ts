import { type Attack, javascript, saysEscaped } from "../attack.ts";
import { systemCalls } from "./system-call.ts";

/** Becoming somebody who may more: users, capabilities, devices, terminals. */
export const PRIVILEGES: readonly Attack[] = [
  {
    name: "becomes root",
    language: "python",
    quick: true,
    code: `import os
os.setresgid(0, 0, 0)
os.setresuid(0, 0, 0)
if os.getuid() == 0: print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "becomes root from Node",
    language: "javascript",
    code: `process.setgroups([0]); process.setuid(0); if (process.getuid() === 0) console.log("ESCAPED");`,
    escaped: saysEscaped,
  },
  {
    name: "leaves a program that makes whoever runs it root",
    language: "python",
    code: `import os, shutil, subprocess
shutil.copy("/usr/bin/id", "become")
os.chown("become", 0, 0)
os.chmod("become", 0o4755)
if subprocess.run(["./become", "-u"], capture_output=True, text=True).stdout == "0\\n": print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "asks the system's own set-user-id programs",
    language: "javascript",
    code: `const { spawnSync } = require("child_process");
for (const command of ["su -c id", "sudo -n id", "pkexec id", "mount --bind / /tmp", "setpriv --reuid 0 id", "newgrp root"]) {
  const { stdout } = spawnSync("sh", ["-c", command + " </dev/null"], { encoding: "utf8", timeout: 1000 });
  if (/uid=0/.test(stdout)) console.log("ESCAPED", command);
}`,
    escaped: saysEscaped,
  },
  {
    name: "gives itself every capability (capset)",
    language: "python",
    code: systemCalls(`import struct
header = struct.pack("Ii", 0x20080522, 0)
effective = int(next(line for line in open("/proc/self/status") if line.startswith("CapPrm")).split()[1], 16)
wanted = effective or (1 << 40) - 1
low, high = wanted & 0xFFFFFFFF, wanted >> 32
data = struct.pack("6I", low, low, low, high, high, high)
reached(call("capset", ctypes.c_char_p(header), ctypes.c_char_p(data)))`),
    escaped: saysEscaped,
  },
  {
    name: "gives a file capabilities",
    language: "python",
    code: `import os, shutil, struct
shutil.copy("/usr/bin/id", "capable")
os.setxattr("capable", "security.capability", struct.pack("<5I", 0x02000001, 0x200000, 0, 0, 0))
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes a node for the host's disk and reads it",
    language: "python",
    quick: true,
    code: `import os, stat
device = os.stat("/usr").st_dev
os.mknod("disk", stat.S_IFBLK | 0o600, device)
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes a node for the kernel's memory",
    language: "python",
    code: `import os, stat
os.mknod("memory", stat.S_IFCHR | 0o600, os.makedev(1, 1))
print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "opens devices that reach the kernel or the disk",
    language: "python",
    code: `import glob, os
names = ("fuse", "kvm", "net/tun", "vsock", "loop-control", "btrfs-control", "userfaultfd", "vhost-net", "ppp", "snapshot", "port", "rtc0")
for path in [f"/dev/{name}" for name in names] + glob.glob("/dev/[svn][dv][am]*") + glob.glob("/dev/loop[0-9]"):
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        print("ESCAPED", path)
    except OSError: pass`,
    escaped: saysEscaped,
  },
  {
    name: "types on a terminal for its user (TIOCSTI; CVE-2017-5226, bubblewrap)",
    language: "python",
    quick: true,
    code: `import fcntl, os, pty, termios
if os.fork() == 0:
    os.setsid()
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    fcntl.ioctl(terminal, termios.TIOCSTI, b"x")
    print("ESCAPED", flush=True)
    os._exit(0)
os.wait()`,
    escaped: saysEscaped,
  },
  {
    name: "types on a terminal by a request with high bits (CVE-2019-10063, flatpak)",
    language: "python",
    code: `import ctypes, fcntl, os, platform, pty, termios
libc = ctypes.CDLL(None, use_errno=True)
if os.fork() == 0:
    os.setsid()
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    number = 16 if platform.machine() == "x86_64" else 29
    result = libc.syscall(ctypes.c_long(number), ctypes.c_long(terminal), ctypes.c_ulong(termios.TIOCSTI | 1 << 32), b"x")
    if result == 0: print("ESCAPED", flush=True)
    os._exit(0)
os.wait()`,
    escaped: saysEscaped,
  },
  {
    name: "pastes into a console (TIOCLINUX; CVE-2023-28100, flatpak)",
    language: "python",
    code: `import errno, fcntl, os
for path in ("/dev/tty", "/dev/tty0", "/dev/console", "/dev/tty1"):
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.ioctl(terminal, 0x541C, b"\\x06" + bytes(10))
        print("ESCAPED", path)
    except OSError as error: print(path, error)`,
    escaped: saysEscaped,
  },
  {
    name: "takes the limits off itself",
    language: "javascript",
    code: `const { execSync } = require("child_process");
console.log(execSync("ulimit -c unlimited && ulimit -Hn 1000000 && echo ESCAPED").toString());`,
    escaped: saysEscaped,
  },
  {
    name: "gives its files to another user",
    language: "javascript",
    code: ({ mark }) => javascript`const fs = require("fs");
fs.writeFileSync("${mark}", "x");
fs.chownSync("${mark}", 12345, 12345);
if (fs.statSync("${mark}").uid === 12345) console.log("ESCAPED");`,
    escaped: saysEscaped,
  },
];
