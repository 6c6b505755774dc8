import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { compareCensuses, takeCensus, watchProcesses } from "./census.ts";
import { measureMemory, readState, treeOf } from "./process-tree.ts";

const end = async (child: ChildProcess) => {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
};

/** A parent that starts something, says its process id and waits. */
async function startParent(command: string): Promise<{ parent: ChildProcess; started: number }> {
  const parent = spawn("/bin/sh", ["-c", `${command} & echo $!; wait`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (parent.stdout === null) throw new Error("no output");
  const [line] = await once(parent.stdout, "data");
  return { parent, started: Number(String(line)) };
}

describe("a census", () => {
  it("counts a process with its descendants, their descriptors and their mounts", async () => {
    const { parent, started } = await startParent("/bin/sleep 60");
    const pid = parent.pid ?? -1;
    try {
      expect(treeOf(pid)).toEqual([pid, started]);
      const census = takeCensus(pid);
      expect(census).toMatchObject({ processes: 2, controlGroups: 0, temporaryFolders: 0 });
      expect(census.descriptors).toBeGreaterThanOrEqual(6);
      expect(census.mounts).toBeGreaterThan(0);
      expect(measureMemory(treeOf(pid))).toBeGreaterThan(measureMemory([started]));
    } finally {
      process.kill(started);
      await end(parent);
    }
  });

  it("counts the folders of this server alone", () => {
    const folders = [process.pid, `${process.pid}0`].map((pid) =>
      mkdtempSync(join(tmpdir(), `sandbox-zygote-${pid}-`)),
    );
    try {
      expect(takeCensus(process.pid).temporaryFolders).toBe(1);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true });
    }
  });

  it("tells what differs from another", () => {
    const census = { processes: 1, descriptors: 2, mounts: 3, controlGroups: 4, temporaryFolders: 5 };
    expect(compareCensuses(census, census)).toEqual([]);
    expect(compareCensuses(census, { ...census, mounts: 4 })).toEqual(["mounts: 3 before, 4 after"]);
  });
});

describe("the watch over a server's processes", () => {
  it("finds one that outlives the server, although it has left the server's tree", async () => {
    const { parent, started } = await startParent("/bin/sleep 60");
    const watch = watchProcesses(parent.pid ?? -1);
    await end(parent);
    try {
      expect(treeOf(process.pid)).not.toContain(started);
      expect(await watch.findLeftovers(0)).toEqual(["processes: 1 left"]);
    } finally {
      process.kill(started);
    }
  });

  it("finds nothing when all have ended", async () => {
    const { parent, started } = await startParent("/bin/sleep 60");
    const watch = watchProcesses(parent.pid ?? -1);
    process.kill(started);
    await end(parent);
    expect(await watch.findLeftovers(10_000)).toEqual([]);
  });
});

describe("the state of a process", () => {
  it("is read behind a name that looks like the end of one", async () => {
    const child = spawn("/usr/bin/python3", [
      "-c",
      "import time; open('/proc/self/comm', 'w').write('a) Z 1 (b'); print(1, flush=True); time.sleep(60)",
    ]);
    await once(child.stdout, "data");
    try {
      expect(readState(child.pid ?? -1)).toMatchObject({ parent: process.pid, isZombie: false });
    } finally {
      await end(child);
    }
  });

  it("is nothing for a process that is not there", () => {
    expect(readState(2 ** 22 + 1)).toBeNull();
    expect(measureMemory([2 ** 22 + 1])).toBe(0);
  });
});
