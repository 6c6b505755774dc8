import { existsSync } from "node:fs";
import { arch, execPath, versions } from "node:process";
import { fileURLToPath } from "node:url";
import type { JailMount } from "../jail/jail.ts";

/** Everything that programs find in the environment. */
export const ENVIRONMENT = {
  PATH: "/usr/bin:/sandbox/bin",
  HOME: "/workspace",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
  MPLBACKEND: "Agg",
  MPLCONFIGDIR: "/tmp",
  // Not among what the program leaves.
  XDG_CACHE_HOME: "/tmp/.cache",
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

/** What sandboxes are shown of this project. */
export function toMounts(): JailMount[] {
  const node = findNode();
  const own = ["supervisor", "languages", "zygote"].map((folder) => ({
    source: fromRoot(`sandbox/${folder}`),
    target: `/sandbox/${folder}`,
  }));
  if (node === null || !existsSync(JAVASCRIPT_FOLDER)) return own;
  return [
    ...own,
    { source: node, target: "/sandbox/bin/node" },
    { source: JAVASCRIPT_FOLDER, target: "/sandbox/javascript" },
  ];
}
