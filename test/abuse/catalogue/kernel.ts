import { type Attack, python, saysEscaped } from "../attack.ts";
import { systemCalls } from "./system-call.ts";

/**
 * Calls that reach deep into the kernel and that no honest program makes, with arguments that change nothing. Most public escapes
 * of the last years began at one of them.
 */
const CALLS: readonly (readonly [name: string, code: string])[] = [
  ["loads a program into the kernel (bpf; CVE-2021-3490 and a dozen more)", `reached(call("bpf", 0, 0, 0))`],
  [
    "counts events of the kernel (perf_event_open; CVE-2013-2094)",
    `import struct
reached(call("perf_event_open", ctypes.c_char_p(struct.pack("IIQ", 1, 128, 0) + bytes(112)), 0, -1, -1, 0))`,
  ],
  ["stores a key (add_key; CVE-2016-0728)", `reached(call("add_key", b"user", b"abuse", b"x", 1, -1))`],
  ["looks for keys (keyctl)", `reached(call("keyctl", 0, -4, 0))`],
  [
    "has the kernel work from a ring (io_uring; CVE-2022-29582, CVE-2023-2598)",
    `reached(call("io_uring_setup", 8, ctypes.create_string_buffer(120)))`,
  ],
  ["holds the kernel up at a page (userfaultfd)", `reached(call("userfaultfd", 0))`],
  ["replaces the kernel (kexec_load)", `reached(call("kexec_load", 0, -1, 0, 0))`],
  ["loads a module (init_module)", `reached(call("init_module", 0, 0, b""))`],
  ["loads a module from a file (finit_module)", `reached(call("finit_module", -1, b"", 0))`],
  ["takes randomness from addresses (personality)", `reached(call("personality", 0x0040000))`],
  ["turns accounting on (acct)", `reached(call("acct", b"/nonexistent/abuse"))`],
  ["sets quotas (quotactl)", `reached(call("quotactl", 0x800004 << 8, b"/nonexistent/abuse", 0, 0))`],
  ["adds swap space (swapon)", `reached(call("swapon", b"/nonexistent/abuse", 0))`],
  ["reads the kernel's log (syslog)", `reached(call("syslog", 10, 0, 0))`],
  ["restarts the machine (reboot, with a wrong key)", `reached(call("reboot", 1, 2, 3, 0))`],
  ["sets the clock (at an address that is none)", `reached(call("clock_settime", 0, 1))`],
  ["watches everybody's files (fanotify_init)", `reached(call("fanotify_init", 0, 0))`],
  ["hides memory from the kernel (memfd_secret)", `reached(call("memfd_secret", 0))`],
  ["keeps memory in no folder (memfd_create)", `reached(call("memfd_create", b"abuse", 0))`],
  ["keeps memory in System V segments (shmget)", `reached(call("shmget", 0, 4096, 0o1600))`],
];

/** In the reduced suite: the two that most exploits of the last years need. */
const QUICK = /\b(bpf|io_uring)\b/;

/** Interfaces of the kernel. */
export const KERNEL: readonly Attack[] = [
  ...CALLS.map(
    ([name, code]): Attack => ({
      name,
      language: "python",
      ...(QUICK.test(name) ? { quick: true } : {}),
      code: systemCalls(code),
      escaped: saysEscaped,
    }),
  ),
  {
    name: "makes calls by their 32-bit numbers, which filters forget (int 0x80)",
    language: "python",
    code: python`import ctypes, mmap, platform
if platform.machine() == "x86_64":
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0: print("ESCAPED")`,
    escaped: saysEscaped,
  },
  {
    name: "makes calls by their x32 numbers (CVE-2014-0038)",
    language: "python",
    code: systemCalls(`if COLUMN == 0: reached(call(0x40000000 + 272, 0x10000000))`),
    escaped: saysEscaped,
  },
];
