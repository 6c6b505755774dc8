import type { Language } from "#shared/contract/execute/languages.ts";

/** What all processes of one program together may use, unless it says otherwise. */
export interface SandboxLimits {
  /** Memory of all processes and of the writable folders. */
  readonly memoryBytes: number;
  /** Processor time of all processes. */
  readonly cpuMs: number;
  /** Files and folders in the writable folders. */
  readonly files: number;
  /** Bytes in the writable folders. */
  readonly diskBytes: number;
  /** Processes and threads. */
  readonly processes: number;
  /** Open files of each process. */
  readonly openFiles: number;
  /** Size of each file. */
  readonly fileSizeBytes: number;
  /** Bytes of standard output, and of standard error, that are kept: half from the head, half from the tail. */
  readonly outputBytes: number;
}

const MIB = 1024 * 1024;

/** The limits of a sandbox when nothing else is asked for. */
export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  memoryBytes: 512 * MIB,
  cpuMs: 30_000,
  files: 16_384,
  diskBytes: 128 * MIB,
  processes: 128,
  openFiles: 512,
  fileSizeBytes: 64 * MIB,
  outputBytes: 256 * 1024,
};

/** Stack of a thread; Python recurses deeply, and threads only reserve it. */
export const STACK_BYTES = 16 * MIB;

/** Beyond this much address space a single Python process gets MemoryError. */
const PYTHON_ADDRESS_SPACE_BYTES = 2 * 1024 ** 3;

/** What a supervisor has to know before it starts the process of a program of this language. */
export function toLanguageLimits(language: Language, limits: SandboxLimits) {
  return {
    language,
    memory_bytes: limits.memoryBytes,
    files: limits.files,
    output_bytes: limits.outputBytes,
    ...(language === "python" ? { address_space_bytes: PYTHON_ADDRESS_SPACE_BYTES } : {}),
  };
}
