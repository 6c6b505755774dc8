import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type MemoryCgroup, openMemoryCgroup } from "#sandbox/jail/memory-cgroup.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../support/capabilities.ts";

const UID = 60_900;
const MIB = 1024 * 1024;
const LIMIT = 64 * MIB;
const PATIENCE_MS = 120_000;
const ZYGOTE = fileURLToPath(new URL("memory-cgroup-zygote.py", import.meta.url));
const MODULE = fileURLToPath(new URL("../../../sandbox/zygote/memory_group.py", import.meta.url));

/** What one case in one jail came to; sizes in bytes. `status` is the program's, `supervisor` that of the jail's process 1. */
interface Outcome {
  readonly status: number;
  readonly supervisor: number;
  readonly oomKills: number;
  readonly peak: number;
  readonly usage: number;
  readonly sockets?: number;
  readonly removed: boolean;
}

describe("the memory control group", () => {
  it.each([
    ["is not there", join(tmpdir(), "no-such-control-group")],
    ["has no memory controller", tmpdir()],
  ])("is none where the folder %s, and the log says why", (_, root) => {
    const lines: string[] = [];
    expect(openMemoryCgroup({ uid: UID, root, logger: toLogger(lines) })).toBeNull();
    expect(lines).toEqual([expect.stringMatching(/"NOTICE".*without memory control groups.*reason/)]);
  });
});

describeWith(["root", "sandbox", "memory-cgroups"], "a program in a memory control group", () => {
  let code = "";
  let cgroup: MemoryCgroup;
  const open = () => {
    const opened = openMemoryCgroup({ uid: UID, logger: toLogger() });
    if (opened === null) throw new Error("the group that was there a moment ago cannot be made again");
    return opened;
  };
  const run = async (name: string, limit = LIMIT): Promise<unknown> => {
    const zygote = startZygote(cgroup, code, name, limit);
    const [output] = await Promise.all([text(zygote.stdout), once(zygote, "close")]);
    return JSON.parse(output || "null");
  };
  const runCase = async (name: string, limit = LIMIT) => (await run(name, limit)) as Outcome;

  beforeAll(() => {
    code = mkdtempSync(join(tmpdir(), "memory-cgroup-"));
    for (const file of [ZYGOTE, MODULE]) copyFileSync(file, join(code, file.slice(file.lastIndexOf("/"))));
    // The jail's user reads it.
    chmodSync(code, 0o755);
    cgroup = open();
  });
  afterAll(async () => {
    await cgroup.close();
    rmSync(code, { recursive: true });
  });

  it.each([
    ["anonymous memory", LIMIT],
    ["files in tmpfs", LIMIT],
    ["empty files in tmpfs", LIMIT],
    // A user's pipes hold 64 MiB together before the kernel refuses larger ones, so the limit has to be below that.
    ["pipes", LIMIT / 2],
    ["unix sockets", LIMIT],
  ])(
    "is killed when it takes more in %s",
    async (name, limit) => {
      const outcome = await runCase(name, limit);
      expect(outcome).toMatchObject({ status: -9, supervisor: 0, removed: true });
      expect(outcome.oomKills).toBeGreaterThan(0);
      expect(outcome.peak).toBeGreaterThan(limit * 0.9);
      expect(outcome.peak).toBeLessThanOrEqual(limit * 1.1);
    },
    PATIENCE_MS,
  );

  it(
    "shows the kills when the program ends well but lost a grandchild",
    async () => {
      expect(await runCase("a grandchild")).toMatchObject({
        status: 0,
        oomKills: 1,
        supervisor: 0,
        removed: true,
      });
    },
    PATIENCE_MS,
  );

  it(
    "is held when many small processes take more together",
    async () => {
      const outcome = await runCase("many small processes");
      expect(outcome).toMatchObject({ supervisor: 0, removed: true });
      expect(outcome.oomKills).toBeGreaterThan(0);
      expect(outcome.peak).toBeLessThanOrEqual(LIMIT * 1.1);
    },
    PATIENCE_MS,
  );

  it(
    "cannot have its supervisor killed in its place",
    async () => {
      const outcome = await runCase("small processes, most of all");
      expect(outcome).toMatchObject({ supervisor: 0, removed: true });
      expect(outcome.oomKills).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it.each(["tcp sockets", "udp sockets"])(
    "cannot make the kernel keep more in %s",
    async (name) => {
      const outcome = await runCase(name);
      expect(outcome).toMatchObject({ supervisor: 0, removed: true });
      // Version 1 counts them by themselves, up to a quarter of the limit; a send that has begun may end.
      const held = outcome.sockets ?? outcome.peak;
      expect(held).toBeGreaterThan(LIMIT / 8);
      expect(held).toBeLessThan(outcome.sockets === undefined ? LIMIT * 1.5 : LIMIT / 2);
    },
    PATIENCE_MS,
  );

  it(
    "is left alone below the limit, and its peak is known",
    async () => {
      const outcome = await runCase("little");
      expect(outcome).toMatchObject({ status: 0, oomKills: 0, supervisor: 0, removed: true });
      expect(outcome.peak).toBeGreaterThan(20 * MIB);
      expect(outcome.usage).toBeLessThan(outcome.peak);
    },
    PATIENCE_MS,
  );

  it(
    "leaves no group and no descriptor behind in 200 rounds of making, joining, ending and removing",
    async () => {
      const before = await run("refused");
      expect(before).toMatchObject({ refused: true, same: true });
      const { removed, groups, descriptors } = (await run("cycles")) as Record<string, number>;
      expect({ removed, groups }).toEqual({ removed: 200, groups: 1 });
      expect(descriptors).toBeLessThan(10);
      expect(listGroups(cgroup.folder)).toEqual(["zygote"]);
    },
    PATIENCE_MS,
  );

  it(
    "closing waits for the last process and takes every group along",
    async () => {
      const other = open();
      const zygote = startZygote(other, code, "stay", LIMIT);
      await once(zygote.stdout, "data");
      expect(listGroups(other.folder)).toEqual(["stay", "zygote"]);
      const closed = other.close();
      zygote.stdin.end();
      await Promise.all([closed, once(zygote, "close")]);
      expect(existsSync(other.folder)).toBe(false);
      await other.close();
    },
    PATIENCE_MS,
  );

  it(
    "closing gives up on processes that stay",
    async () => {
      const other = open();
      const zygote = startZygote(other, code, "stay", LIMIT);
      await once(zygote.stdout, "data");
      await other.close();
      expect(listGroups(other.folder)).toContain("stay");
      zygote.stdin.end();
      await once(zygote, "close");
      await other.close();
      expect(existsSync(other.folder)).toBe(false);
    },
    PATIENCE_MS,
  );

  it(
    "starting removes what a dead server left, once its processes are gone, and nothing of a living one",
    async () => {
      const place = dirname(cgroup.folder);
      // This process did not start one tick after the machine, so an earlier one with its id made this.
      const stale = join(place, `sandbox-${process.pid}-1-1`);
      mkdirSync(stale);
      if (cgroup.version === 2) writeFileSync(join(stale, "cgroup.subtree_control"), "+memory");
      mkdirSync(join(stale, "program"));
      const sleeper = spawn("/bin/sleep", ["600"]);
      writeFileSync(join(stale, "program", "cgroup.procs"), String(sleeper.pid));
      await open().close();
      expect(existsSync(join(stale, "program"))).toBe(true);
      sleeper.kill("SIGKILL");
      await once(sleeper, "close");
      await open().close();
      expect(existsSync(stale)).toBe(false);
      expect(existsSync(cgroup.zygoteProcesses)).toBe(true);
    },
    PATIENCE_MS,
  );

  it("does not let the jail's user change the limit of all, nor make groups elsewhere", () => {
    const { folder } = open();
    const asUser = (script: string) =>
      execFileSync("/usr/bin/setpriv", [
        ...[`--reuid=${UID}`, `--regid=${UID}`, "--clear-groups", "--"],
        ...["/bin/sh", "-c", script, "sh", folder],
      ]).toString();
    const limit = cgroup.version === 1 ? "memory.limit_in_bytes" : "memory.max";
    const answer = asUser(
      `mkdir "$1/own" && echo made; for f in "$1/${limit}" "$1/zygote/${limit}"; do [ -w "$f" ] || echo kept; done; [ -w "$1/.." ] || echo kept`,
    );
    rmdirSync(join(folder, "own"));
    rmdirSync(join(folder, "zygote"));
    rmdirSync(folder);
    expect(answer.trim().split("\n")).toEqual(["made", "kept", "kept", "kept"]);
  });
});

function toLogger(lines: string[] = []) {
  return createLogger({}, (line) => lines.push(line));
}

function listGroups(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The way of the product: the launcher joins as root, becomes the jail's user and then bubblewrap. */
function startZygote(cgroup: MemoryCgroup, code: string, name: string, limit: number) {
  const jail = [
    ...["/usr/bin/setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups", "--no-new-privs"],
    ...["--inh-caps=-all", "--bounding-set=-all", "--"],
    ...["bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"],
    ...["--die-with-parent", "--ro-bind", "/", "/", "--tmpfs", "/run", "--tmpfs", "/tmp"],
    ...[
      "--bind",
      cgroup.folder,
      "/run/memory",
      "--ro-bind",
      code,
      "/run/code",
      "--proc",
      "/proc",
      "--dev",
      "/dev",
    ],
    ...["--", "/usr/bin/python3", "-B", "/run/code/memory-cgroup-zygote.py"],
    ...[String(cgroup.version), name, String(limit)],
  ];
  const script = 'echo $$ > "$1" && shift && exec "$@"';
  const child: ChildProcess = spawn("/bin/sh", ["-c", script, "sh", cgroup.zygoteProcesses, ...jail], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (child.stdout === null || child.stdin === null) throw new Error("a pipe was asked for");
  return Object.assign(child, { stdin: child.stdin, stdout: child.stdout });
}
