import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

/** What keeps the attacks on a bare subprocess from hurting this machine. They are meant not to notice. */
export interface SafetyNet {
  /** The command that runs the naive executor inside. */
  readonly command: readonly [string, ...string[]];
  /** @throws Error when a process of the net is still there after 5 s */
  remove(): Promise<void>;
}

const MEMORY_BYTES = 3 * 1024 ** 3;
const PROCESSES = 600;
const GROUP = `abuse-bare-${process.pid}`;

/** Folders of a control group, and what is written where to bound it. */
function findGroups(): readonly { folder: string; limit: string; value: number }[] {
  const one = { memory: "/sys/fs/cgroup/memory", pids: "/sys/fs/cgroup/pids" };
  if (existsSync(one.memory) && existsSync(one.pids)) {
    return [
      { folder: `${one.memory}/${GROUP}`, limit: "memory.limit_in_bytes", value: MEMORY_BYTES },
      { folder: `${one.pids}/${GROUP}`, limit: "pids.max", value: PROCESSES },
    ];
  }
  const folder = `/sys/fs/cgroup/${GROUP}`;
  return [
    { folder, limit: "memory.max", value: MEMORY_BYTES },
    { folder, limit: "pids.max", value: PROCESSES },
  ];
}

/**
 * Namespaces for processes, mounts, System V objects and the host's name, so that everything ends with its first process; as root a
 * control group as well, because no other limit binds root.
 * @throws Error as root on a machine without control groups
 */
export function createSafetyNet(): SafetyNet {
  const inside = [
    resolve(import.meta.dirname, "first-process.py"),
    resolve(import.meta.dirname, "naive-executor.py"),
  ];
  const limits = ["nice", "-n", "5", "prlimit", "--nofile=1024:1024", "--core=0", `--fsize=${MEMORY_BYTES}`];
  if (process.getuid?.() !== 0) {
    const jail = [
      "bwrap",
      "--dev-bind",
      "/",
      "/",
      "--proc",
      "/proc",
      "--unshare-pid",
      "--unshare-ipc",
      "--die-with-parent",
    ];
    const command = [
      ...limits,
      `--nproc=${PROCESSES * 3}`,
      ...jail,
      "--as-pid-1",
      "/usr/bin/python3",
      ...inside,
    ];
    return { command: ["/usr/bin/env", ...command], remove: async () => undefined };
  }
  const groups = findGroups();
  for (const { folder, limit, value } of groups) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${limit}`, String(value));
  }
  const join = groups.map(({ folder }) => `echo $$ > ${folder}/cgroup.procs`).join(" && ");
  const namespaces = ["unshare", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
  return {
    command: [
      "/bin/sh",
      "-c",
      `${join} && exec "$@"`,
      "net",
      ...limits,
      ...namespaces,
      "/usr/bin/python3",
      ...inside,
    ],
    remove: async () => {
      for (const folder of new Set(groups.map((group) => group.folder))) await removeGroup(folder);
    },
  };
}

/** A group goes when its last process has gone, which the kernel notices a moment later. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
