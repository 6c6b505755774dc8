/** An address that koffi hands out and takes back. */
type Pointer = object;

type CFunction = (...values: readonly (number | bigint | Uint8Array | Pointer | null)[]) => number;

/** What is used here of koffi (https://koffi.dev). */
interface Koffi {
  load(path: string): { func(prototype: string): CFunction };
  alloc(type: string, length: number): Pointer;
  address(pointer: Pointer): bigint;
  view(pointer: Pointer, length: number): ArrayBuffer;
  errno(): number;
}

/** The C library's own functions, by their prototypes; what is variadic there takes whole words. */
const PROTOTYPES = {
  fork: "int fork()",
  exit: "void _exit(int)",
  waitpid: "int waitpid(int, void *, int)",
  poll: "int poll(void *, unsigned long, int)",
  recvmsg: "long recvmsg(int, void *, int)",
  dup2: "int dup2(int, int)",
  close: "int close(int)",
  write: "long write(int, void *, size_t)",
  chdir: "int chdir(void *)",
  setsid: "int setsid()",
  sigprocmask: "int sigprocmask(int, void *, void *)",
  setns: "int setns(int, int)",
  setrlimit: "int setrlimit(int, void *)",
  capset: "int capset(void *, void *)",
  getrandom: "long getrandom(void *, size_t, unsigned int)",
  prctl: "int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)",
  systemCall: "long syscall(long, unsigned long, unsigned long, unsigned long)",
} as const;

/** Memory that stays where it is, for structures that hold addresses. */
export interface NativeMemory {
  readonly pointer: Pointer;
  readonly address: bigint;
  readonly view: DataView;
}

/** The C library, called on this thread. Each function throws an Error with `errno` when it returns -1. */
export type CLibrary = Readonly<Record<keyof typeof PROTOTYPES, CFunction>> & {
  allocate(bytes: number): NativeMemory;
};

/**
 * Loads the C library through koffi, a foreign-function add-on.
 * @param path the add-on's file
 * @throws when the add-on does not fit this machine
 */
export function loadCLibrary(path: string): CLibrary {
  const addOn: { exports: Partial<Koffi> } = { exports: {} };
  process.dlopen(addOn, path);
  const { load, alloc, address, view, errno } = addOn.exports;
  if (!load || !alloc || !address || !view || !errno) throw new Error("koffi.node is not the add-on koffi.");
  const library = load("libc.so.6");
  const bind = (name: keyof typeof PROTOTYPES): CFunction => {
    const call = library.func(PROTOTYPES[name]);
    return (...values) => {
      const result = call(...values);
      if (result === -1) throw new Error(`${name}: errno ${errno()}`);
      return result;
    };
  };
  return {
    fork: bind("fork"),
    exit: bind("exit"),
    waitpid: bind("waitpid"),
    poll: bind("poll"),
    recvmsg: bind("recvmsg"),
    dup2: bind("dup2"),
    close: bind("close"),
    write: bind("write"),
    chdir: bind("chdir"),
    setsid: bind("setsid"),
    sigprocmask: bind("sigprocmask"),
    setns: bind("setns"),
    setrlimit: bind("setrlimit"),
    capset: bind("capset"),
    getrandom: bind("getrandom"),
    prctl: bind("prctl"),
    systemCall: bind("systemCall"),
    allocate(bytes) {
      const pointer = alloc("uint8_t", bytes);
      return { pointer, address: address(pointer), view: new DataView(view(pointer, bytes)) };
    },
  };
}
