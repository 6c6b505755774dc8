import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { geteuid } from "node:process";
import { fileURLToPath } from "node:url";
import { CHANNEL_DESCRIPTOR, SECCOMP_DESCRIPTOR, toBubblewrapArguments } from "./bubblewrap-arguments.ts";
import type { JailMount, JailSpec } from "./jail.ts";

/** User and group databases for `getpwuid` and the like, and the names of the loopback interface. */
const OWN_FILES = ["passwd", "group", "hosts"].map((name) => ({
  source: fileURLToPath(new URL(`etc/${name}`, import.meta.url)),
  target: `/etc/${name}`,
}));

/** The folder of the whole checkout, without a slash at its end. */
const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Where containers keep applications; programs have no business there. */
const HIDDEN_FOLDERS = ["/usr/src"].filter((folder) => existsSync(folder));

/** The host user that jails run as when the server is root: in no range that Debian or systemd hands out. */
export const JAIL_USER = "60900";

/** Folders of every Linux system, one of which a tmpfs covers for the launcher's eyes: one without any source. */
const COVERED_FOLDERS = ["/mnt", "/media", "/srv"] as const;

/**
 * bubblewrap passes on every descriptor that it inherits, and whatever started this server may have left some open. The
 * environment is emptied because process 1 of a jail shows the one that bubblewrap had.
 */
const START_CLEAN = `
for path in /proc/self/fd/*; do
  number=\${path##*/}
  if [ "$number" -gt ${Math.max(CHANNEL_DESCRIPTOR, SECCOMP_DESCRIPTOR)} ]; then eval "exec $number>&-"; fi
done
exec env -i "$@"`;

/**
 * For root, in a mount namespace of its own: shows each folder in the covered one, because JAIL_USER may not be allowed to walk to
 * it (/root has mode 700). The mounts go with the namespace; the host never sees them.
 * Parameters: the control group's file or nothing, a word when /proc is covered, covered folder, count, folders or files to show, command.
 */
const EXPOSE_SOURCES = `
if [ -n "$1" ]; then echo $$ > "$1"; fi
covered=$2; folder=$3; count=$4; shift 4
mount -t tmpfs -o mode=755,size=1m tmpfs "$folder"
if [ -n "$covered" ]; then mount -t proc -o nosuid,nodev,noexec proc /proc; fi
for ((index = 0; index < count; index++)); do
  if [ -d "$1" ]; then mkdir "$folder/$index"; else : > "$folder/$index"; fi
  mount --bind "$1" "$folder/$index"
  shift
done`;

const SHELL_START = "set -e; PATH=/usr/bin:/bin:/usr/sbin:/sbin";
/** Without --norc, bash reads the home folder's .bashrc when its standard input is a socket, which Node's pipes are. */
const SHELL = ["/bin/bash", "--noprofile", "--norc", "-p", "-c"];

const DROP_PRIVILEGES = [
  "/usr/bin/setpriv",
  ...[`--reuid=${JAIL_USER}`, `--regid=${JAIL_USER}`, "--clear-groups"],
  ...["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"],
];

/**
 * The command that starts a jail on this machine, ending in bubblewrap under the same process id. As root the launcher becomes
 * an unprivileged user first, so that nothing inside is root on the host; an ordinary user runs bubblewrap directly.
 */
export function toLaunchCommand(spec: JailSpec, bubblewrapPath: string): string[] {
  const readOnly = [...OWN_FILES, ...spec.readOnly];
  const writable = spec.writable ?? [];
  const mounts = [...readOnly, ...writable];
  const launch = (toVisible: (mount: JailMount) => JailMount) => [
    bubblewrapPath,
    ...toBubblewrapArguments(
      spec,
      { readOnly: readOnly.map(toVisible), writable: writable.map(toVisible) },
      HIDDEN_FOLDERS,
    ),
  ];
  if (geteuid?.() !== 0) return [...SHELL, SHELL_START + START_CLEAN, "bash", ...launch((mount) => mount)];
  const isFree = (folder: string) => mounts.every(({ source }) => !source.startsWith(`${folder}/`));
  const folder = COVERED_FOLDERS.find(isFree) ?? COVERED_FOLDERS[0];
  const shown = [...new Set(mounts.map(({ source }) => toShownFolder(source)))];
  const toExposed = ({ source, target }: JailMount) => {
    const top = toShownFolder(source);
    return { source: `${folder}/${shown.indexOf(top)}${source.slice(top.length)}`, target };
  };
  return [
    ...["/usr/bin/unshare", "--mount", "--propagation", "private"],
    ...[...SHELL, SHELL_START + EXPOSE_SOURCES + START_CLEAN, "bash"],
    ...[spec.joins ?? "", isProcCovered() ? "covered" : "", folder, String(shown.length), ...shown],
    ...[...DROP_PRIVILEGES, ...launch(toExposed)],
  ];
}

/**
 * Containers cover parts of /proc. The kernel then lets no unprivileged user mount one of its own (mount_too_revealing in fs/namespace.c)
 * unless there is another one without covers in the mount namespace, and bubblewrap cannot write there how many namespaces the jail may
 * make. The launcher, which is root, mounts one over it.
 */
function isProcCovered(): boolean {
  const mounts = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  return mounts.some((line) => line.split(" ")[4]?.startsWith("/proc/") && !line.includes(" binfmt_misc "));
}

/** The checkout for what the jail's user can reach from there, so that one mount serves: each costs the start of a process. */
function toShownFolder(source: string): string {
  if (!source.startsWith(`${CHECKOUT}/`)) return source;
  const steps = source
    .slice(CHECKOUT.length + 1)
    .split("/")
    .slice(0, -1);
  const folders = steps.map((_, index) => join(CHECKOUT, ...steps.slice(0, index + 1)));
  return folders.every(isOpenToOthers) ? CHECKOUT : source;
}

function isOpenToOthers(folder: string): boolean {
  return (statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) % 2 === 1;
}
