import { existsSync } from "node:fs";
import { arch, execPath, versions } from "node:process";
import { fileURLToPath } from "node:url";
import type { Jail, JailOptions } from "../jail/jail.ts";
import { startJail } from "../jail/start-jail.ts";

/** What all programs of a sandbox together may use. */
export interface SandboxLimits {
  /** Resident memory of all processes and the three folders together. */
  readonly memoryBytes: number;
  /** Files and folders in the writable folders. */
  readonly files: number;
  /** Size of each of /tmp, /workspace and /dev/shm. */
  readonly folderBytes: number;
  /** Processes and threads together. */
  readonly processes: number;
  readonly openFiles: number;
  readonly fileSizeBytes: number;
  /** Bytes of standard output, and of standard error, that are kept: half from the head, half from the tail. */
  readonly outputBytes: number;
}

const MIB = 1024 * 1024;

/** The limits of a sandbox when nothing else is asked for. */
export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  memoryBytes: 512 * MIB,
  files: 16_384,
  folderBytes: 64 * MIB,
  processes: 128,
  openFiles: 512,
  fileSizeBytes: 64 * MIB,
  outputBytes: 256 * 1024,
};

/** Everything that programs find in the environment. */
const ENVIRONMENT = {
  PATH: "/usr/bin:/sandbox/bin",
  HOME: "/workspace",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
  MPLBACKEND: "Agg",
  MPLCONFIGDIR: "/tmp",
  OPENBLAS_NUM_THREADS: "1",
} as const;

/** Never a version manager's shim. */
export const PYTHON_PATH = "/usr/bin/python3";

const ROOT = new URL("../../", import.meta.url);
const fromRoot = (path: string): string => fileURLToPath(new URL(path, ROOT));

/** The bundled JavaScript side, made by `scripts/build-sandbox.ts`. */
export const JAVASCRIPT_FOLDER = fromRoot("dist/sandbox/javascript");

/** The Node 24 that runs JavaScript programs: this process's own, else the one that npm installed beside it. */
export function findNode(): string | null {
  if (versions.node.startsWith("24.")) return execPath;
  const installed = fromRoot(`node_modules/node-linux-${arch}/bin/node`);
  return existsSync(installed) ? installed : null;
}

function toMounts() {
  const node = findNode();
  const own = [
    { source: fromRoot("sandbox/supervisor"), target: "/sandbox/supervisor" },
    { source: fromRoot("sandbox/languages"), target: "/sandbox/languages" },
  ];
  if (node === null || !existsSync(JAVASCRIPT_FOLDER)) return own;
  return [
    ...own,
    { source: node, target: "/sandbox/bin/node" },
    { source: JAVASCRIPT_FOLDER, target: "/sandbox/javascript" },
  ];
}

/** Starts a jail with the supervisor in it, which then waits on the channel for its one program. */
export function startSandbox(limits: SandboxLimits, options: JailOptions = {}): Jail {
  const jail = startJail(
    {
      command: [PYTHON_PATH, "-B", "/sandbox/supervisor/supervisor.py"],
      readOnly: toMounts(),
      environment: ENVIRONMENT,
      tmpfsBytes: limits.folderBytes,
      limits: {
        processes: limits.processes,
        openFiles: limits.openFiles,
        fileSizeBytes: limits.fileSizeBytes,
      },
    },
    options,
  );
  jail.stdin?.end();
  return jail;
}
