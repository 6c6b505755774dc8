import { integer, onOrOff } from "#shared/config/setting-kinds.ts";
import { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from "./sandbox-limits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMITS = DEFAULT_SANDBOX_LIMITS;

/** The variables that say what one program may use; the lower bounds leave room for the interpreters themselves. */
export const LIMIT_SETTINGS = {
  SANDBOX_MEMORY_MIB: integer(
    64,
    65_536,
  )({ default: LIMITS.memoryBytes / MIB, desc: "Memory of all processes and files of a program, in MiB." }),
  SANDBOX_CPU_SECONDS: integer(
    1,
    3_600,
  )({ default: LIMITS.cpuMs / 1000, desc: "Processor time of all processes of a program, in seconds." }),
  SANDBOX_PROCESSES: integer(
    16,
    4_096,
  )({ default: LIMITS.processes, desc: "Processes and threads of a program." }),
  // No sandbox may open more than the process that it comes from.
  SANDBOX_OPEN_FILES: integer(
    64,
    4_096,
  )({ default: LIMITS.openFiles, desc: "Open files of each process of a program." }),
  SANDBOX_FILE_MIB: integer(
    1,
    65_536,
  )({ default: LIMITS.fileSizeBytes / MIB, desc: "Size of a file, in MiB." }),
  SANDBOX_DISK_MIB: integer(
    4,
    65_536,
  )({
    default: LIMITS.diskBytes / MIB,
    desc: "Size of all files of a program, in MiB; they live in memory.",
  }),
  SANDBOX_FILES: integer(64, 1_000_000)({ default: LIMITS.files, desc: "Files and folders of a program." }),
  // Half of it is sent as one frame, and a frame holds 1 MiB at most.
  SANDBOX_OUTPUT_KIB: integer(
    1,
    1_024,
  )({ default: LIMITS.outputBytes / KIB, desc: "Kept of each output stream, half from each end, in KiB." }),
  SANDBOX_MEMORY_CGROUP: onOrOff({
    default: true,
    desc: "Whether control groups bound the memory, if there are any.",
  }),
};

/** The settings that are numbers. */
type LimitValues = Readonly<Record<Exclude<keyof typeof LIMIT_SETTINGS, "SANDBOX_MEMORY_CGROUP">, number>>;

/** What one program may use, by the settings. */
export function toSandboxLimits(env: LimitValues): SandboxLimits {
  return {
    memoryBytes: env.SANDBOX_MEMORY_MIB * MIB,
    cpuMs: env.SANDBOX_CPU_SECONDS * 1000,
    processes: env.SANDBOX_PROCESSES,
    openFiles: env.SANDBOX_OPEN_FILES,
    fileSizeBytes: env.SANDBOX_FILE_MIB * MIB,
    diskBytes: env.SANDBOX_DISK_MIB * MIB,
    files: env.SANDBOX_FILES,
    outputBytes: env.SANDBOX_OUTPUT_KIB * KIB,
  };
}
