import type { World } from "../attack.ts";

/** Numbers of system calls as [x86-64, arm64]: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
const NUMBERS = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  capset: [126, 91],
  chroot: [161, 51],
  clock_settime: [227, 112],
  clone: [56, 220],
  clone3: [435, 435],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsopen: [430, 430],
  init_module: [175, 105],
  io_uring_setup: [425, 425],
  kcmp: [312, 272],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  mount: [165, 40],
  mount_setattr: [442, 442],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  perf_event_open: [298, 241],
  personality: [135, 92],
  pidfd_getfd: [438, 438],
  pidfd_open: [434, 434],
  pivot_root: [155, 41],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  reboot: [169, 142],
  setns: [308, 268],
  shmget: [29, 194],
  shmat: [30, 196],
  swapon: [167, 224],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  userfaultfd: [323, 282],
} as const;

/**
 * The beginning of Python programs that speak to the kernel themselves: `call("name", ...)` is the result, or the negative number
 * of the error; `reached(result)` prints ESCAPED unless the kernel's answer is that this caller may not, or that there is no such call.
 */
export const SYSTEM_CALLS = `import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBERS = ${JSON.stringify(NUMBERS)}
COLUMN = 0 if platform.machine() == "x86_64" else 1
def call(name, *arguments):
    number = NUMBERS[name][COLUMN] if isinstance(name, str) else name
    passed = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = libc.syscall(ctypes.c_long(number), *passed)
    return result if result >= 0 else -ctypes.get_errno()
def reached(result):
    refused = result in (-errno.EPERM, -errno.EACCES, -errno.ENOSYS)
    print("refused" if refused else "ESCAPED", result)
`;

/** A Python program that speaks to the kernel itself. */
export function systemCalls(code: string): string {
  return SYSTEM_CALLS + code;
}

/** The same, for a program that names something of the world. */
export function systemCallsIn(code: (world: World) => string): (world: World) => string {
  return (world) => SYSTEM_CALLS + code(world);
}
