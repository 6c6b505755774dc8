import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What the image holds beside its system, in a folder. */
export interface Tree {
  readonly folder: string;
  remove(): void;
}

/** Of the Dockerfile: compiled modules that are taken without a look at their sources. */
export const COMPILE = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"] as const;

/** Puts the tree together as the image's Dockerfile does. */
export function assembleTree(): Tree {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-image-"));
  execFileSync(process.execPath, ["scripts/assemble-sandbox.ts", "--out", folder], { cwd: ROOT });
  execFileSync("/usr/bin/python3", [...COMPILE, "sandbox"], { cwd: folder });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Links of every Debian's root, and its empty folders. */
const LINKS = ["bin", "sbin", "lib", "lib64"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
const FOLDERS = ["etc", "mnt", "srv", "media", "opt"].flatMap((name) => ["--dir", `/${name}`]);
const SYSTEM_FILES = ["/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/matplotlibrc"];

/**
 * The command that runs an entry of the tree as a container would: root in namespaces of its own, with this machine's /usr, which is the
 * image's system, and nothing else of it. Parts of /proc are covered, and its settings read-only, as
 * in a container.
 */
export function toContainerCommand(tree: Tree, entry: string): readonly [string, ...string[]] {
  return [
    "/usr/bin/bwrap",
    ...["--ro-bind", "/usr", "/usr", ...LINKS, ...FOLDERS],
    ...SYSTEM_FILES.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...["--ro-bind", tree.folder, "/app", "--ro-bind", process.execPath, "/opt/node"],
    ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1", "--cap-add", "ALL"],
    ...["--die-with-parent", "--chdir", "/app"],
    ...["--", "/opt/node", `sandbox/entry/${entry}.js`],
  ];
}
