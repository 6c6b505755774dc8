import type { Duplex, Readable, Writable } from "node:stream";

/** A host file or folder shown inside. */
export interface JailMount {
  readonly source: string;
  readonly target: string;
}

/** Resource limits of each process of a jail; `processes` counts all of them together with their threads. */
export interface JailLimits {
  readonly addressSpaceBytes?: number;
  /** Private memory that can be written to (RLIMIT_DATA), also where it is reserved only. */
  readonly dataBytes?: number;
  readonly processes: number;
  readonly openFiles: number;
  readonly fileSizeBytes: number;
  readonly cpuSeconds?: number;
}

/** What runs in a jail, and with what. */
export interface JailSpec {
  /** Program and arguments as seen inside the jail; the program becomes process 1 of the jail. */
  readonly command: readonly string[];
  /** Host files or folders shown read-only inside, in this order. */
  readonly readOnly: readonly JailMount[];
  /** Host folders that can be written to inside; none by default. */
  readonly writable?: readonly JailMount[];
  readonly environment: Readonly<Record<string, string>>;
  /** Size of each of /tmp, the working folder /workspace and /dev/shm. */
  readonly tmpfsBytes: number;
  readonly limits: JailLimits;
  /** Priority of everything in it (nice(2)), from 0, the default, to 19, the lowest. */
  readonly niceness?: number;
  /**
   * True for a jail that makes jails: it may make namespaces, has no filter on system calls, and the launcher's own process 1 keeps
   * the jails alive when the command ends. Never for foreign code.
   */
  readonly nests?: boolean;
  /** A file into which the launcher, while it is root, writes its process id: the `cgroup.procs` of a control group. */
  readonly joins?: string;
}

/** A running jail. */
export interface Jail {
  /** Duplex stream connected to descriptor 3 inside. Closes when the jail ends; its errors are swallowed. */
  readonly channel: Duplex;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Also carries the launcher's own complaints, which name paths of the host: never show it to the public. */
  readonly stderr: Readable;
  /** Resolves when every process of the jail is gone. Both are null when the launcher could not be started. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Kills everything in the jail at once. */
  kill(): void;
}

/** How jails are started on this machine. */
export interface JailOptions {
  /** The launcher; Debian's by default. */
  readonly bubblewrapPath?: string;
}

/** Where Debian installs bubblewrap. */
export const BUBBLEWRAP_PATH = "/usr/bin/bwrap";
