import type { JailMount, JailSpec } from "./jail.ts";

/** Descriptor, inside, of the channel to the host. */
export const CHANNEL_DESCRIPTOR = 3;
/** Descriptor from which bubblewrap reads the seccomp filter; it is closed before the program starts. */
export const SECCOMP_DESCRIPTOR = 4;

/** The user that programs believe to be. */
const INNER_USER = "65534";

/** Namespaces, and what keeps the command from making more of them. */
const JAIL_FLAGS = [
  ...["--unshare-all", "--unshare-user", "--disable-userns", "--as-pid-1"],
  ...["--seccomp", String(SECCOMP_DESCRIPTOR)],
];

/** For a jail that makes jails: it keeps the control group namespace, because it moves its jails between groups. */
const NEST_FLAGS = ["user", "ipc", "pid", "net", "uts"].map((namespace) => `--unshare-${namespace}`);

/** Parts of the system that programs need when they are there: fonts, the linker's cache, Debian's choice of BLAS. */
const OPTIONAL_SYSTEM_FILES = [
  "/etc/alternatives",
  "/etc/fonts",
  "/etc/ld.so.cache",
  "/etc/matplotlibrc",
  "/etc/mime.types",
];

/**
 * The arguments of bubblewrap 0.8 for one jail: every namespace new, no network, the system's /usr read-only, three small
 * writable folders, nothing else of the host.
 * @param mounts what is shown, with sources as bubblewrap's own user reaches them
 * @param hidden folders under /usr that are covered by an empty one
 */
export function toBubblewrapArguments(
  spec: JailSpec,
  mounts: { readonly readOnly: readonly JailMount[]; readonly writable: readonly JailMount[] },
  hidden: readonly string[],
): string[] {
  const size = ["--size", String(spec.tmpfsBytes), "--tmpfs"];
  return [
    ...(spec.nests ? NEST_FLAGS : JAIL_FLAGS),
    ...["--uid", INNER_USER, "--gid", INNER_USER],
    ...["--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv"],
    ...Object.entries(spec.environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin"],
    ...["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"],
    ...hidden.flatMap((folder) => ["--tmpfs", folder]),
    ...OPTIONAL_SYSTEM_FILES.flatMap((path) => ["--ro-bind-try", path, path]),
    ...mounts.readOnly.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    ...mounts.writable.flatMap(({ source, target }) => ["--bind", source, target]),
    ...["--proc", "/proc", "--dev", "/dev", ...size, "/dev/shm", "--remount-ro", "/dev"],
    ...[...size, "/tmp", ...size, "/workspace", "--chdir", "/workspace", "--remount-ro", "/"],
    ...hidden.flatMap((folder) => ["--remount-ro", folder]),
    ...["--", "/usr/bin/prlimit", ...toLimitArguments(spec), "--"],
    ...spec.command,
  ];
}

function toLimitArguments({ limits }: JailSpec): string[] {
  return [
    ...(limits.addressSpaceBytes === undefined ? [] : [`--as=${limits.addressSpaceBytes}`]),
    ...(limits.dataBytes === undefined ? [] : [`--data=${limits.dataBytes}`]),
    ...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
    `--nproc=${limits.processes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileSizeBytes}`,
    "--core=0",
    "--stack=16777216",
  ];
}
