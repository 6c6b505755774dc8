import { expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { waitUntil } from "../support/wait-until.ts";
import { countProcesses, createRunners, createTestExecutor } from "./sandbox.fixture.ts";

describeWith("sandbox", "a program that takes too much", () => {
  const { python, javascript } = createRunners(createTestExecutor());
  const { python: cold } = createRunners(
    createTestExecutor({ warm: { python: 0, data: 0, javascript: 0, node: 0 } }),
  );

  it("of output keeps its head and its tail and runs on to its end", async () => {
    const result = await python(`import sys
print("first")
for number in range(200000): print("x" * 100)
print("last")
sys.exit(5)`);
    expect(result).toMatchObject({ status: "failed", exitCode: 5, truncated: true });
    expect(result.stdout.startsWith("first\nxxx")).toBe(true);
    expect(result.stdout.endsWith("xxx\nlast\n")).toBe(true);
    expect(result.stdout).toMatch(/\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/);
    expect(result.stdout.length).toBeLessThan(300_000);
  });

  it("of processes is refused more of them", async () => {
    const result = await python(`import os, time
children = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError:
    print(children < 128)`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "True\n" });
  });

  it("of space finds the folder full", async () => {
    const result = await python(`try:
    for number in range(100):
        with open(f"/tmp/{number}", "wb") as file: file.write(bytes(10**6 * 5))
except OSError as error:
    print(error.strerror)`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "No space left on device\n" });
  });

  it("of files gets an error that it can handle, and goes on", async () => {
    const result = await python(`number = 0
try:
    while True:
        open(f"/tmp/{number}", "w").close()
        number += 1
except OSError as error:
    print(error.strerror, number < 16_384)`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "No space left on device True\n" });
  });

  it("of files is ended where a sandbox was started for it", async () => {
    const result = await cold(`number = 0
while True:
    open(f"/tmp/{number}", "w").close()
    number += 1`);
    expect(result).toMatchObject({ status: "killed", start: "cold", limit: "files" });
  });

  it("of memory in many processes is ended, however small each of them is", async () => {
    const result = await python(`import os, time
for number in range(20):
    if os.fork() == 0:
        held = bytearray(60 * 10**6)
        for place in range(0, len(held), 4096): held[place] = 1
        time.sleep(60)
time.sleep(60)`);
    expect(result.status).toBe("out_of_memory");
  });

  it("of memory shared between forks is not taken for more than it is", async () => {
    const result = await python(`import os, time
held = bytearray(100 * 10**6)
for number in range(12):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(0)
for number in range(12): os.wait()
print("done")`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "done\n" });
  });

  it("leaves nothing behind: what it started in the background goes with it", async () => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const result = await python(`import subprocess
subprocess.Popen(["/bin/sh", "-c", "trap '' TERM HUP INT; sleep 300 & sleep 301", "${mark}"], start_new_session=True)
print("parent done")`);
    expect(result).toMatchObject({ status: "succeeded", stdout: "parent done\n" });
    // Killed before the answer; gone from the list of processes a moment later.
    await waitUntil(() => countProcesses(mark) === 0);
  });

  it("of the machine's attention leaves the next program unharmed", async () => {
    const results = await Promise.all([
      python("print('a')"),
      javascript("console.log('b')"),
      python("while True: pass", 1500),
      python("print('c')"),
      javascript("process.stdout.write('d\\n')"),
      javascript("for (;;);", 1500),
      python("print('e')"),
    ]);
    expect(results.map((result) => result.stdout)).toEqual(["a\n", "b\n", "", "c\n", "d\n", "", "e\n"]);
  });
});
