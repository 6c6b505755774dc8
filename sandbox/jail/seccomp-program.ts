/** A processor architecture that the filter knows. */
export type Architecture = "x64" | "arm64";

/**
 * System calls that are refused with EPERM, as [x64, arm64]; null where the architecture has none. A deny list: an allow list
 * kills honest programs. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
 */
const DENIED: Readonly<Record<string, readonly [number | null, number | null]>> = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  chroot: [161, 51],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioperm: [173, null],
  iopl: [172, null],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  lookup_dcookie: [212, 18],
  mbind: [237, 235],
  // Memory that belongs to no process and no folder escapes the supervisor's count.
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  migrate_pages: [256, 238],
  modify_ldt: [154, null],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  move_pages: [279, 239],
  name_to_handle_at: [303, 264],
  nfsservctl: [180, 42],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  perf_event_open: [298, 241],
  personality: [135, 92],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  process_madvise: [440, 440],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  request_key: [249, 218],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  settimeofday: [164, 170],
  shmget: [29, 194],
  swapoff: [168, 225],
  swapon: [167, 224],
  sysfs: [139, null],
  syslog: [103, 116],
  umount2: [166, 39],
  userfaultfd: [323, 282],
  uselib: [134, null],
  ustat: [136, null],
  vhangup: [153, 58],
};

/** System calls that are judged by an argument, as [x64, arm64]. */
const JUDGED = {
  clone: [56, 220],
  clone3: [435, 435],
  ioctl: [16, 29],
  prlimit64: [302, 261],
  setsockopt: [54, 208],
  socket: [41, 198],
  unshare: [272, 97],
} as const;

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const X32_BIT = 0x40000000;
/** CLONE_NEW{TIME, NS, CGROUP, UTS, IPC, USER, PID, NET}; for clone, the time bit belongs to the exit signal. */
const NAMESPACE_FLAGS = 0x7e020000;
const NAMESPACE_FLAGS_WITH_TIME = 0x7e020080;
/** AF_UNIX, AF_INET, AF_INET6. */
const SOCKET_FAMILIES = [1, 2, 10];
const SOL_SOCKET = 1;
/** SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE: the kernel's memory for a socket, which belongs to no process. */
const BUFFER_SIZES = [7, 8, 32, 33];
/** TIOCSTI and TIOCLINUX inject keystrokes into a terminal. */
const TERMINAL_INJECTIONS = [0x5412, 0x541c];

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const REFUSE = 0x00050000 | 1; // SECCOMP_RET_ERRNO, EPERM
const NOT_IMPLEMENTED = 0x00050000 | 38; // SECCOMP_RET_ERRNO, ENOSYS: C libraries then fall back to clone
const PRETEND_SUCCESS = 0x00050000; // SECCOMP_RET_ERRNO without an error
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const argumentOffset = (index: number): number => 16 + 8 * index;

/** One instruction of classic BPF: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number];

const load = (offset: number): Instruction => [0x20, 0, 0, offset]; // BPF_LD | BPF_W | BPF_ABS
const answer = (action: number): Instruction => [0x06, 0, 0, action]; // BPF_RET | BPF_K
const skipUnlessEqual = (value: number, count: number): Instruction => [0x15, 0, count, value]; // BPF_JEQ
const skipUnlessAtLeast = (value: number, count: number): Instruction => [0x35, 0, count, value]; // BPF_JGE
const skipUnlessAnyBit = (bits: number, count: number): Instruction => [0x45, 0, count, bits]; // BPF_JSET

/** When the call's number is `number`, runs `body`, which ends by answering on every way. */
function onCall(number: number, body: readonly Instruction[]): Instruction[] {
  return [skipUnlessEqual(number, body.length), ...body];
}

function refuseFlags(number: number, flags: number): Instruction[] {
  return onCall(number, [load(argumentOffset(0)), skipUnlessAnyBit(flags, 1), answer(REFUSE), answer(ALLOW)]);
}

/**
 * The seccomp filter of every jail as the bytes of a `struct sock_filter` array, which is what bubblewrap reads
 * (https://docs.kernel.org/userspace-api/seccomp_filter.html). It removes the kernel interfaces that programs do not need and
 * exploits do: modules, keys, ptrace, bpf, io_uring, userfaultfd, mounts, new namespaces, sockets other than unix and internet.
 */
export function createSeccompProgram(architecture: Architecture): Buffer {
  const column = architecture === "x64" ? 0 : 1;
  const denied = Object.values(DENIED).flatMap((numbers) => numbers[column] ?? []);
  const instructions: Instruction[] = [
    load(ARCHITECTURE_OFFSET),
    skipUnlessEqual(AUDIT_ARCHITECTURE[architecture], 1),
    [0x05, 0, 0, 1], // BPF_JA over the answer
    answer(KILL_PROCESS),
    load(NUMBER_OFFSET),
    skipUnlessAtLeast(X32_BIT, 1),
    answer(NOT_IMPLEMENTED),
    ...denied.flatMap((number) => onCall(number, [answer(REFUSE)])),
    ...onCall(JUDGED.clone3[column], [answer(NOT_IMPLEMENTED)]),
    ...refuseFlags(JUDGED.clone[column], NAMESPACE_FLAGS),
    ...refuseFlags(JUDGED.unshare[column], NAMESPACE_FLAGS_WITH_TIME),
    ...onCall(JUDGED.socket[column], [
      load(argumentOffset(0)),
      ...SOCKET_FAMILIES.flatMap((family) => [skipUnlessEqual(family, 1), answer(ALLOW)]),
      answer(REFUSE),
    ]),
    ...onCall(JUDGED.ioctl[column], [
      load(argumentOffset(1)),
      ...TERMINAL_INJECTIONS.flatMap((request) => [skipUnlessEqual(request, 1), answer(REFUSE)]),
      answer(ALLOW),
    ]),
    // Limits of other processes: the supervisor runs under the same user.
    ...onCall(JUDGED.prlimit64[column], [
      load(argumentOffset(0)),
      skipUnlessEqual(0, 1),
      answer(ALLOW),
      answer(REFUSE),
    ]),
    ...onCall(JUDGED.setsockopt[column], [
      load(argumentOffset(1)),
      skipUnlessEqual(SOL_SOCKET, 2 * BUFFER_SIZES.length + 1),
      load(argumentOffset(2)),
      ...BUFFER_SIZES.flatMap((option) => [skipUnlessEqual(option, 1), answer(PRETEND_SUCCESS)]),
      answer(ALLOW),
    ]),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, operand]] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(operand >>> 0, index * 8 + 4);
  }
  return bytes;
}
