import { fstatSync, readdirSync, writeFileSync } from "node:fs";
import type { CLibrary, NativeMemory } from "./c-library.ts";

/** What the zygote tells once: the limits and the filter of all jails. */
export interface JailConfig {
  readonly limits: {
    readonly processes: number;
    readonly open_files: number;
    readonly file_size_bytes: number;
    readonly stack_bytes: number;
  };
  /** An array of `struct sock_filter` as base64. */
  readonly seccomp: string;
  readonly last_capability: number;
}

/** What a supervisor hands over, in this order; the last where there are memory control groups. */
export interface JailDescriptors {
  readonly supervisor: number;
  readonly status: number;
  /** Standard input, output and error, the source, the news. */
  readonly own: readonly number[];
  readonly memoryGroup: number | undefined;
}

// include/uapi/linux/sched.h: mount, cgroup, uts, ipc, user and network.
const NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x40000000;
// include/uapi/linux/prctl.h, seccomp.h, capability.h; asm-generic/resource.h
const PR_SET_DUMPABLE = 4;
const PR_SET_SECCOMP = 22;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const SECCOMP_MODE_FILTER = 2;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const RLIMIT = { fileSize: 1, stack: 3, core: 4, processes: 6, openFiles: 7 } as const;
const CLOSE_RANGE_NUMBER = 436;
const LAST_DESCRIPTOR = 0x7fffffff;

const INSTRUCTION_BYTES = 8;

const CAPABILITY_HEADER = new Uint8Array(new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]).buffer);
const NO_CAPABILITIES = new Uint8Array(24);
const SIG_SETMASK = 2;
/** A `sigset_t`; the zygote blocks what starts its debugger. */
const NO_SIGNALS = new Uint8Array(128);
/** Written to `cgroup.procs`: the process that writes. */
const JOIN = new TextEncoder().encode("0");
const WORKING_FOLDER = new TextEncoder().encode("/workspace\0");
/** Of all processes, the kernel is to end programs first when memory runs out. */
const OUT_OF_MEMORY_SCORE = "1000";

/**
 * Prepares what each fork does, and gives back what does it: it makes the calling process, just forked into the process namespace of
 * a jail, a process of that jail in every other way, as enter_jail.py and program.py do for one that is started there.
 * @param spare a descriptor of /dev/null, above those that a program's process has
 */
export function prepareToEnter(library: CLibrary, config: JailConfig, spare: number) {
  const limits = toLimits(config);
  const filter = toFilter(library, Buffer.from(config.seccomp, "base64"));
  const nodes = findOpen(spare);

  /** What Node has open itself leads nowhere from now on, but keeps its number: Node may still write to it. */
  function closeOthers(): void {
    for (const descriptor of nodes) library.dup2(spare, descriptor);
    let low = spare;
    for (const descriptor of [...nodes, LAST_DESCRIPTOR]) {
      if (low < descriptor) library.systemCall(CLOSE_RANGE_NUMBER, low, descriptor - 1, 0);
      low = descriptor + 1;
    }
  }

  function dropPrivileges(): void {
    for (let capability = 0; capability <= config.last_capability; capability += 1) {
      library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    library.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    library.capset(CAPABILITY_HEADER, NO_CAPABILITIES);
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    library.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0);
  }

  return ({ supervisor, own, memoryGroup }: JailDescriptors): void => {
    if (memoryGroup !== undefined) library.write(memoryGroup, JOIN, JOIN.length);
    library.setns(supervisor, NAMESPACES);
    library.chdir(WORKING_FOLDER);
    library.setsid();
    library.sigprocmask(SIG_SETMASK, NO_SIGNALS, null);
    library.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    writeFileSync("/proc/self/oom_score_adj", OUT_OF_MEMORY_SCORE);
    for (const [target, descriptor] of own.entries()) library.dup2(descriptor, target);
    closeOthers();
    for (const [kind, value] of limits) library.setrlimit(kind, value);
    dropPrivileges();
  };
}

function toLimits({ limits }: JailConfig): (readonly [kind: number, value: Uint8Array])[] {
  const toBytes = (value: number) =>
    new Uint8Array(new BigUint64Array([BigInt(value), BigInt(value)]).buffer);
  return [
    [RLIMIT.processes, toBytes(limits.processes)],
    [RLIMIT.openFiles, toBytes(limits.open_files)],
    [RLIMIT.fileSize, toBytes(limits.file_size_bytes)],
    [RLIMIT.stack, toBytes(limits.stack_bytes)],
    [RLIMIT.core, toBytes(0)],
  ];
}

/** A `struct sock_fprog` in memory that stays. */
function toFilter(library: CLibrary, instructions: Uint8Array): NativeMemory["address"] {
  const program = library.allocate(instructions.length);
  new Uint8Array(program.view.buffer).set(instructions);
  const header = library.allocate(16);
  header.view.setUint16(0, instructions.length / INSTRUCTION_BYTES, true);
  header.view.setBigUint64(8, program.address, true);
  return header.address;
}

/** Descriptors above a number that this process has open. */
function findOpen(above: number): number[] {
  const isOpen = (descriptor: number) => {
    try {
      fstatSync(descriptor);
      return true;
    } catch {
      return false; // The one with which they were listed.
    }
  };
  const all = readdirSync("/proc/self/fd").map(Number);
  return all.filter((descriptor) => descriptor > above && isOpen(descriptor)).sort((a, b) => a - b);
}
