import { type Attack, changedHost, javascript, python, saysEscaped, stoleSecret } from "../attack.ts";

/** Reading and changing files of the host. */
export const HOST_FILES: readonly Attack[] = [
  {
    name: "reads a file by its path",
    language: "python",
    quick: true,
    code: ({ folder }) => python`print(open("${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "reads a file of the host's /tmp, where other services leave theirs",
    language: "python",
    code: `import glob
for path in glob.glob("/tmp/abuse-world-*"): print(path, open(path).read())`,
    escaped: stoleSecret,
  },
  {
    name: "reads a file by a path that climbs (the oldest trick)",
    language: "python",
    code: ({ folder }) => python`print(open("${"../".repeat(20)}.${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "reads the password hashes",
    language: "python",
    code: `print(open("/etc/shadow").read())`,
    escaped: ([outcome]) => /^root:/m.test(outcome?.stdout ?? ""),
  },
  {
    name: "lists the home of root",
    language: "python",
    code: `import os
if os.listdir("/root"): print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "searches the usual folders for credentials",
    language: "python",
    code: `import os
for top in ("/var/tmp", "/tmp", "/etc", "/home", "/mnt", "/opt", "/run", "/srv", "/var/lib"):
    for folder, _, names in os.walk(top):
        for name in names:
            if name in ("secret", "api-key", "credentials.json", "id_rsa"):
                try: print(folder, open(os.path.join(folder, name)).read(1000), flush=True)
                except (OSError, UnicodeDecodeError): pass`,
    escaped: stoleSecret,
  },
  {
    name: "reads the server's own code",
    language: "javascript",
    quick: true,
    code: ({ checkout }) =>
      javascript`console.log(require("fs").readFileSync("${checkout}/package.json", "utf8"))`,
    escaped: ([outcome]) => (outcome?.stdout ?? "").includes('"scripts"'),
  },
  {
    name: "reads the server's key file",
    language: "javascript",
    code: ({ dataFolder }) => javascript`const fs = require("fs");
for (const name of fs.readdirSync("${dataFolder}")) if (name === "api-key") console.log(fs.readFileSync("${dataFolder}/" + name, "utf8"));`,
    escaped: stoleSecret,
  },
  {
    name: "reads the server's environment, which it may have inherited",
    language: "python",
    quick: true,
    code: `import os
print(dict(os.environ))`,
    escaped: stoleSecret,
  },
  {
    name: "reads the server's environment from Node",
    language: "javascript",
    code: `console.log(process.env, require("child_process").execSync("env").toString())`,
    escaped: stoleSecret,
  },
  {
    name: "has a shell read it",
    language: "python",
    code: ({ folder }) => python`import subprocess
print(subprocess.run(["sh", "-c", "cat ${folder}/secret; env"], capture_output=True, text=True).stdout)`,
    escaped: stoleSecret,
  },
  {
    name: "has a program read it from Node",
    language: "javascript",
    code: ({ folder }) =>
      javascript`console.log(require("child_process").execFileSync("cat", ["${folder}/secret"], { encoding: "utf8" }))`,
    escaped: stoleSecret,
  },
  {
    name: "imports it as a module from a file address",
    language: "javascript",
    code: ({ folder }) => javascript`import secret from "file://${folder}/secret.json" with { type: "json" };
console.log(secret)`,
    escaped: stoleSecret,
  },
  {
    name: "opens it as a file address (urllib's forgotten scheme)",
    language: "python",
    code: ({ folder }) => python`import urllib.request
print(urllib.request.urlopen("file://${folder}/secret").read())`,
    escaped: stoleSecret,
  },
  {
    name: "imports a module of the host",
    language: "python",
    code: ({ folder }) => python`import sys
sys.path.insert(0, "${folder}")
import canary_module`,
    escaped: stoleSecret,
  },
  {
    name: "overwrites a file",
    language: "python",
    quick: true,
    code: ({ folder }) => python`open("${folder}/victim", "w").write("owned")`,
    escaped: changedHost,
  },
  {
    name: "puts a file beside others",
    language: "javascript",
    code: ({ folder }) => javascript`require("fs").writeFileSync("${folder}/planted", "owned")`,
    escaped: changedHost,
  },
  {
    name: "attaches a database in a folder of the host",
    language: "python",
    code: ({ folder }) => python`import sqlite3
database = sqlite3.connect(":memory:")
database.execute("ATTACH DATABASE '${folder}/planted.sqlite' AS host")
database.execute("CREATE TABLE host.planted (x)")`,
    escaped: changedHost,
  },
  {
    name: "unpacks an archive whose names climb (CVE-2007-4559, Python's tarfile)",
    language: "python",
    code: ({ folder }) => python`import io, tarfile
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w") as archive:
    entry = tarfile.TarInfo("${"../".repeat(20)}${folder.slice(1)}/planted")
    entry.size = 5
    archive.addfile(entry, io.BytesIO(b"owned"))
packed.seek(0)
tarfile.open(fileobj=packed).extractall(".")`,
    escaped: changedHost,
  },
  {
    name: "plants a program beside the interpreter",
    language: "python",
    code: ({ mark }) => python`import os
path = "/usr/bin/${mark}"
with open(path, "x"): print("ESCAPED")
os.remove(path)`,
    escaped: saysEscaped,
  },
  {
    name: "changes the interpreter's own library, which other runs load",
    language: "python",
    code: `import json, os
for path in (os.__file__, json.__file__, "/sandbox", "/usr/lib/python3/dist-packages"):
    if os.access(path, os.W_OK): print("ESCAPED", path)`,
    escaped: saysEscaped,
  },
];
