import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { waitUntil } from "../support/wait-until.ts";
import { createRunners, createTestExecutor, findProcessUsers, sleepMarked } from "./sandbox.fixture.ts";

/** Runs each line for itself and prints "refused" when it raises, "ALLOWED" and its value when it does not. */
function attempts(...lines: string[]): string {
  return lines
    .map((line) => `try:\n    print("ALLOWED", ${line})\nexcept Exception as error:\n    print("refused")`)
    .join("\n");
}

describeWith("sandbox", "a program in the sandbox", () => {
  const { python, javascript } = createRunners(createTestExecutor());

  it("has no network: not the metadata address, not another host, no name service", async () => {
    const code = attempts(
      'socket.create_connection(("169.254.169.254", 80), 2)',
      'socket.create_connection(("1.1.1.1", 53), 2)',
      'socket.getaddrinfo("example.com", 80)',
      "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
      "socket.socket(40, socket.SOCK_STREAM)",
      "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    );
    const { stdout } = await python(`import socket\n${code}`);
    expect(stdout).toBe("refused\n".repeat(6));
  });

  it("has no network from Node either", async () => {
    const { stdout } = await javascript(
      `fetch("http://169.254.169.254/").then(() => console.log("ALLOWED"), () => console.log("refused"))`,
    );
    expect(stdout).toBe("refused\n");
  });

  it("does not see the host's files", async () => {
    const folder = mkdtempSync(`${tmpdir()}/host-secret-`);
    writeFileSync(`${folder}/secret`, "secret");
    try {
      const paths = ["/etc/shadow", "/root", "/home", "/var", "/work", "/sys", process.cwd(), folder];
      const { stdout } = await python(
        `import os\nprint([path for path in ${JSON.stringify(paths)} if os.path.exists(path)])`,
      );
      expect(stdout).toBe("[]\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("does not see the server's environment, and nothing of the supervisor's", async () => {
    const { stdout } = await python(
      `import os\nprint(sorted(os.environ))\n${attempts(
        'open("/proc/1/environ").read()',
        'open("/proc/1/mem", "rb")',
        'os.listdir("/proc/1/fd")',
        'os.listdir("/proc/1/root")',
      )}`,
    );
    expect(stdout).toBe(
      `['HOME', 'LANG', 'MPLBACKEND', 'MPLCONFIGDIR', 'OPENBLAS_NUM_THREADS', 'PATH', 'TMPDIR', 'XDG_CACHE_HOME']\n${"refused\n".repeat(4)}`,
    );
  });

  it("holds no descriptor but its standard streams", async () => {
    const { stdout } = await python(
      `import os\nprint([n for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")])`,
    );
    expect(stdout).toBe("['0', '1', '2']\n");
  });

  it("is nobody: no capability, no way to gain one", async () => {
    const { stdout } = await python(`import os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
print(os.getuid(), int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"], status["Seccomp"])`);
    expect(stdout).toBe("65534 0 0 1 2\n");
  });

  it("is not root on the host", async () => {
    const mark = `user-${process.pid}-${Date.now()}`;
    const caller = new AbortController();
    const run = python(sleepMarked(mark, 20), 25_000, caller.signal);
    const left = expect(run).rejects.toBe("seen");
    let users: number[] = [];
    await waitUntil(() => {
      users = findProcessUsers(mark);
      return users.length > 0;
    });
    caller.abort("seen");
    await left;
    expect(users).not.toContain(0);
  });

  it("writes nowhere but in its own three folders", async () => {
    const { stdout } = await python(
      `import os\n${attempts(
        ...["/", "/usr", "/etc", "/dev", "/sandbox", "/proc/sys/kernel", "/usr/src"].map(
          (folder) => `open("${folder}/x", "w")`,
        ),
      )}\n${["/tmp", "/workspace", "/dev/shm"].map((folder) => `open("${folder}/x", "w").write("x")`).join("\n")}`,
    );
    expect(stdout).toBe("refused\n".repeat(7));
  });

  it("cannot make namespaces, mount, trace or reach dangerous system calls", async () => {
    const calls = [272, 165, 101, 321, 425, 323, 250, 298, 319].map((number) => `call(${number})`);
    const { stdout } = await python(`import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(number):
    result = libc.syscall(number, 0x10000000, 0, 0, 0, 0)
    print(result, ctypes.get_errno())
${process.arch === "x64" ? calls.join("\n") : 'print("-1 1\\n" * 9, end="")'}`);
    expect(stdout).toBe("-1 1\n".repeat(9));
  });

  it("cannot end or stop its supervisor", async () => {
    const result = await python(`import os, signal
for number in (9, 15, 19):
    os.kill(1, number)
print("still here")`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "still here\n" });
  });

  it("finds nothing of the program before it", async () => {
    await python(`open("/tmp/left", "w"); open("/workspace/left", "w"); open("/dev/shm/left", "w")`);
    const { stdout } = await python(
      `import os\nprint(os.listdir("/tmp"), os.listdir("."), os.listdir("/dev/shm"))`,
    );
    expect(stdout).toBe("[] ['main.py'] []\n");
  });
});
