import { type Attack, saysEscaped, tookAtLeast } from "../attack.ts";

/** Memory that the kernel keeps for a program outside of its processes, and space in its folders. */
export const KERNEL_MEMORY: readonly Attack[] = [
  {
    name: "fills its folder with files",
    language: "python",
    code: `for number in range(8):
    with open(f"file-{number}", "wb") as file:
        for _ in range(32): file.write(bytes(2**20))
    print("TOOK", (number + 1) * 32, flush=True)`,
    escaped: tookAtLeast(256),
  },
  {
    name: "fills all its folders with files from Node",
    language: "javascript",
    code: `const fs = require("fs");
const piece = Buffer.alloc(32 * 2 ** 20, 1);
const folders = [".", fs.mkdtempSync("/tmp/abuse-mark-"), fs.mkdtempSync("/dev/shm/abuse-mark-")];
let taken = 0;
try {
  for (let number = 0; number < 12; number++) {
    const folder = folders[number % 3];
    try { fs.writeFileSync(folder + "/file-" + number, piece); console.log("TOOK " + (taken += 32)); } catch {}
  }
} finally { for (const folder of folders.slice(1)) fs.rmSync(folder, { recursive: true }); }`,
    escaped: tookAtLeast(320),
  },
  {
    name: "reserves space without writing (Piston's fallocate.py)",
    language: "python",
    code: `import os
with open("reserved", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 256 * 2**20)
    print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes a file that pretends to be large",
    language: "python",
    code: `import os
with open("sparse", "wb") as file: file.truncate(2**30)
if os.path.getsize("sparse") == 2**30: print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes files until no inode is left",
    language: "python",
    quick: true,
    timeoutSeconds: 10,
    code: `number = 0
try:
    for number in range(24_000): open(f"file-{number}", "w").close()
finally: print("TOOK", number + 1, flush=True)`,
    escaped: tookAtLeast(24_000),
  },
  {
    name: "makes folders, one in the other, from Node",
    language: "javascript",
    timeoutSeconds: 10,
    code: `const fs = require("fs");
let count = 0;
process.on("exit", () => console.log("TOOK " + count));
for (let outer = 0; outer < 2000; outer++) {
  fs.mkdirSync("f" + outer + "/a/b/c/d/e/f/g/h/i/j/k/l", { recursive: true });
  count += 13;
}`,
    escaped: tookAtLeast(24_000),
  },
  {
    name: "leaves files that no name leads to",
    language: "python",
    code: `import os
held = []
for number in range(16):
    held.append(os.open(f"gone-{number}", os.O_CREAT | os.O_RDWR))
    os.unlink(f"gone-{number}")
    os.write(held[-1], bytes(16 * 2**20))
    print("TOOK", (number + 1) * 16, flush=True)`,
    escaped: tookAtLeast(256),
  },
  {
    name: "fills pipes",
    language: "python",
    code: `import fcntl, os
taken = 0
for number in range(240):
    reader, writer = os.pipe()
    try: size = fcntl.fcntl(writer, 1031, 2**20)
    except OSError: size = fcntl.fcntl(writer, 1032)
    os.set_blocking(writer, False)
    taken += os.write(writer, bytes(size))
    print("TOOK", taken // 2**20, flush=True)`,
    escaped: tookAtLeast(200),
  },
  {
    name: "fills sockets",
    language: "python",
    timeoutSeconds: 10,
    code: `import socket
held, taken = [], 0
for number in range(240):
    pair = socket.socketpair()
    held.append(pair)
    for one in pair:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**23)
        one.setblocking(False)
        try:
            while True: taken += one.send(bytes(2**16))
        except BlockingIOError: pass
    print("TOOK", taken // 2**20, flush=True)`,
    escaped: tookAtLeast(1024),
  },
  {
    name: "fills sockets in many processes, which together hold more than all that is counted",
    language: "python",
    timeoutSeconds: 20,
    code: `import os, socket, time
reader, writer = os.pipe()
children = []
for number in range(24):
    child = os.fork()
    if child: children.append(child); continue
    held, taken = [], 0
    try:
        while taken < 48 * 2**20:
            pair = socket.socketpair()
            held.append(pair)
            for one in pair:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**23)
                one.setblocking(False)
                try:
                    while True: taken += one.send(bytes(2**18))
                except BlockingIOError: pass
    except OSError: pass
    os.write(writer, taken.to_bytes(8, "little"))
    time.sleep(30)
    os._exit(0)
total = 0
for _ in children:
    total += int.from_bytes(os.read(reader, 8), "little")
    print("TOOK", total // 2**20, flush=True)
for child in children: os.kill(child, 9)`,
    escaped: tookAtLeast(1024),
  },
  {
    name: "passes descriptors on until the kernel alone holds them (unix_gc; CVE-2021-0920)",
    language: "python",
    timeoutSeconds: 10,
    code: `import array, socket
total = 0
try:
    for _ in range(40):
        left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for number in range(9):
            inner = [socket.socketpair() for _ in range(10)]
            numbers = array.array("i", [one.fileno() for pair in inner for one in pair])
            left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)])
            total += len(numbers)
        left.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [left.fileno(), right.fileno()]))])
        print("TOOK", total, flush=True)
finally: print("TOOK", total)`,
    escaped: tookAtLeast(5000),
  },
  {
    name: "keeps 1 GiB in files of memory that no folder counts (memfd)",
    language: "python",
    timeoutSeconds: 10,
    code: `import os
for number in range(32):
    file = os.memfd_create("abuse")
    os.write(file, bytes(32 * 2**20))
    print("TOOK", (number + 1) * 32, flush=True)`,
    escaped: tookAtLeast(1024),
  },
  {
    name: "keeps memory under POSIX names",
    language: "python",
    code: `from multiprocessing import shared_memory
held = []
try:
    for number in range(10):
        held.append(shared_memory.SharedMemory(create=True, size=32 * 2**20))
        held[-1].buf[:] = bytes(32 * 2**20)
        print("TOOK", (number + 1) * 32, flush=True)
finally:
    for one in held: one.unlink()`,
    escaped: tookAtLeast(320),
  },
  {
    name: "opens descriptors until none is left",
    language: "python",
    code: `import os
held = []
try:
    while len(held) < 900: held.append(os.open("/dev/null", os.O_RDONLY))
finally: os.write(1, b"TOOK %d\\n" % len(held))`,
    escaped: tookAtLeast(900),
  },
  {
    name: "opens descriptors until none is left from Node",
    language: "javascript",
    code: `const fs = require("fs");
let count = 0;
try { while (count < 900) { fs.openSync("/dev/null"); count++; } } catch {}
console.log("TOOK " + count);`,
    escaped: tookAtLeast(900),
  },
];
