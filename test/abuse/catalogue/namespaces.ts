import { type Attack, javascript, python, saysEscaped, stoleSecret } from "../attack.ts";
import { systemCalls, systemCallsIn } from "./system-call.ts";

/** New namespaces, other people's namespaces, and mounts in the old and the new way. */
export const NAMESPACES: readonly Attack[] = [
  {
    name: "makes a user namespace, in which it is root",
    language: "python",
    quick: true,
    code: systemCalls(`reached(call("unshare", 0x10000000))`),
    escaped: saysEscaped,
  },
  {
    name: "makes a mount namespace",
    language: "python",
    code: systemCalls(`reached(call("unshare", 0x00020000))`),
    escaped: saysEscaped,
  },
  {
    name: "makes every other namespace (time, cgroup, uts, ipc, pid, net)",
    language: "python",
    code: systemCalls(`for flag in (0x80, 0x02000000, 0x04000000, 0x08000000, 0x20000000, 0x40000000):
    reached(call("unshare", flag))`),
    escaped: saysEscaped,
  },
  {
    name: "is born into a user namespace (clone)",
    language: "python",
    code: systemCalls(`child = call("clone", 0x10000000 | 17, 0, 0, 0, 0)
if child == 0: os._exit(0)
reached(child)`),
    escaped: saysEscaped,
  },
  {
    name: "is born into a user namespace (clone3, whose arguments no filter can read)",
    language: "python",
    code: systemCalls(`import struct
arguments = struct.pack("11Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
child = call("clone3", ctypes.c_char_p(arguments), len(arguments))
if child == 0: os._exit(0)
reached(child)`),
    escaped: saysEscaped,
  },
  {
    name: "joins the namespaces of process 1",
    language: "python",
    code: systemCalls(`for kind in ("uts", "ipc", "net", "cgroup", "pid"):
    reached(call("setns", os.open(f"/proc/1/ns/{kind}", os.O_RDONLY), 0))`),
    escaped: saysEscaped,
  },
  {
    name: "joins the namespaces of its parent by a process descriptor",
    language: "python",
    code: systemCalls(`reached(call("setns", call("pidfd_open", os.getppid(), 0), 0x04000000))`),
    escaped: saysEscaped,
  },
  {
    name: "has nsenter join them",
    language: "javascript",
    code: ({ folder }) =>
      javascript`console.log(require("child_process").execSync("nsenter -t 1 -m -u -i -p cat ${folder}/secret", { encoding: "utf8" }))`,
    escaped: stoleSecret,
  },
  {
    name: "has unshare make a root",
    language: "javascript",
    code: `const id = require("child_process").execSync("unshare --user --map-root-user id -u", { encoding: "utf8" });
if (id === "0\\n") console.log("ESCAPED");`,
    escaped: saysEscaped,
  },
  {
    name: "starts a sandbox in the sandbox, whose inside has every capability",
    language: "python",
    code: `import subprocess
command = ["bwrap", "--unshare-user", "--cap-add", "ALL", "--ro-bind", "/", "/", "true"]
if subprocess.run(command).returncode == 0: print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "mounts a folder",
    language: "python",
    code: systemCalls(`os.mkdir("folder")
reached(call("mount", b"none", b"folder", b"tmpfs", 0, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "binds the root to a folder, and makes it writable",
    language: "python",
    code: systemCalls(`os.mkdir("folder")
reached(call("mount", b"/", b"folder", 0, 0x1000, 0))
reached(call("mount", 0, b"folder", 0, 0x1000 | 0x20, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "mounts /proc afresh, with nothing covered",
    language: "python",
    code: systemCalls(`os.mkdir("folder")
reached(call("mount", b"proc", b"folder", b"proc", 0, 0))`),
    escaped: saysEscaped,
  },
  {
    name: "mounts in the new way (fsopen)",
    language: "python",
    code: systemCalls(`reached(call("fsopen", b"tmpfs", 0))`),
    escaped: saysEscaped,
  },
  {
    name: "clones a tree of mounts (open_tree)",
    language: "python",
    code: systemCalls(`reached(call("open_tree", -100, b"/", 1 | 0x8000))`),
    escaped: saysEscaped,
  },
  {
    name: "takes the write protection from all mounts (mount_setattr)",
    language: "python",
    code: systemCalls(`import struct
attributes = struct.pack("4Q", 0, 1, 0, 0)
reached(call("mount_setattr", -100, b"/proc", 0, ctypes.c_char_p(attributes), len(attributes)))`),
    escaped: saysEscaped,
  },
  {
    name: "takes away what covers a folder",
    language: "python",
    code: systemCalls(`reached(call("umount2", b"/proc", 2))`),
    escaped: saysEscaped,
  },
  {
    name: "swaps the root",
    language: "python",
    code: systemCalls(`reached(call("pivot_root", b".", b"."))`),
    escaped: saysEscaped,
  },
  {
    name: "leaves its root by a second one (the classic double chroot)",
    language: "python",
    code: systemCallsIn(
      ({ folder }) => python`os.mkdir("inner")
outside = os.open(".", os.O_RDONLY)
reached(call("chroot", b"inner"))
os.fchdir(outside)
for _ in range(50): os.chdir("..")
call("chroot", b".")
print(open("${folder}/secret").read())`,
    ),
    escaped: stoleSecret,
  },
];
