import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { NONE_WAIT, servePrograms } from "./serve-programs.fixture.ts";

const FORKS = `import errno, os, signal, time
children = []
try:
    while len(children) < 1000:
        child = os.fork()
        if child == 0:
            time.sleep(20)
            os._exit(0)
        children.append(child)
except OSError as error: print(errno.errorcode[error.errno])
for child in children: os.kill(child, signal.SIGKILL)
for child in children: os.waitpid(child, 0)
print("goes on", 16 < len(children) < 32)`;

const THREADS = `import threading
stop = threading.Event()
started = []
try:
    while len(started) < 1000:
        thread = threading.Thread(target=stop.wait, daemon=True)
        thread.start()
        started.append(thread)
except RuntimeError as error: print(error)
stop.set()
for thread in started: thread.join()
print("goes on", 16 < len(started) < 32)`;

const SPAWNS = `const { spawn } = require("child_process");
const children = [];
const told = new Set();
for (let i = 0; i < 100; i += 1) {
  const child = spawn("/bin/sleep", ["20"], { stdio: "ignore" });
  child.on("error", (error) => told.add(error.code));
  children.push(child);
}
setTimeout(() => {
  for (const child of children) child.kill("SIGKILL");
  console.log([...told].join(), "goes on", children.filter((child) => child.pid).length < 32);
}, 500);`;

const FORK_BOMB = `import os
while True:
    try: os.fork()
    except OSError: pass`;

describeWith("sandbox", "a program that starts more processes than it may", () => {
  describe.each([
    ["warm", {}],
    ["cold", NONE_WAIT],
  ])("%s", (_start, waiting) => {
    const { python, javascript } = servePrograms({ SANDBOX_PROCESSES: "32", ...waiting });

    it("is told by the system, and goes on", async () => {
      expect(await python(FORKS)).toMatchObject({ success: true, output: "EAGAIN\ngoes on True\n" });
      expect(await javascript(SPAWNS)).toMatchObject({ success: true, output: "EAGAIN goes on true\n" });
    });

    it("is told for threads as well", async () => {
      expect(await python(THREADS)).toMatchObject({
        success: true,
        output: "can't start new thread\ngoes on True\n",
      });
    });

    it("is ended in time, with all of them, when it never stops", async () => {
      expect(await python(FORK_BOMB, { timeout: 2 })).toMatchObject({ status: "timed_out" });
      expect(await python("print('next')")).toMatchObject({ success: true, output: "next\n" });
    });
  });
});
