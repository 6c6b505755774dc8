import {
  DEFAULT_CONCURRENCY,
  DEFAULT_WARM,
  type LocalExecutorOptions,
} from "#functions/execute/executor/executor-local.ts";
import { DEFAULT_SANDBOX_LIMITS } from "#sandbox/supervisor/sandbox-limits.ts";
import { loadSettings } from "#shared/config/load-settings.ts";
import { integer, onOrOff } from "#shared/config/setting-kinds.ts";

/** How many programs run and wait on this machine, how many sandboxes are kept ready, and what one program may use. */
export type SandboxSettings = Required<
  Pick<
    LocalExecutorOptions,
    "concurrency" | "queueLength" | "queueWaitMs" | "warm" | "memoryCgroup" | "limits"
  >
>;

const KIB = 1024;
const MIB = 1024 * KIB;
const LIMITS = DEFAULT_SANDBOX_LIMITS;

/** How many programs there are at the same time. */
const CROWD_SETTINGS = {
  SANDBOX_CONCURRENCY: integer(
    1,
    256,
  )({ default: DEFAULT_CONCURRENCY, desc: "Programs that run at the same time." }),
  SANDBOX_QUEUE_LENGTH: integer(
    0,
    10_000,
  )({ default: 32, desc: "Programs that wait for one of those places." }),
  // An answer comes within 44 s, whatever it says.
  SANDBOX_QUEUE_WAIT_MS: integer(0, 13_000)({ default: 10_000, desc: "Longest wait for a place, in ms." }),
  SANDBOX_WARM_PYTHON: integer(
    0,
    256,
  )({ default: DEFAULT_WARM.python, desc: "Sandboxes that wait for a Python program; 0 for cold starts." }),
  SANDBOX_WARM_DATA: integer(
    0,
    256,
  )({ default: DEFAULT_WARM.data, desc: "Sandboxes that wait with numpy and the like; 0 for cold starts." }),
  SANDBOX_WARM_JAVASCRIPT: integer(
    0,
    256,
  )({
    default: DEFAULT_WARM.javascript,
    desc: "Sandboxes that wait for a JavaScript program without Node's own functions; 0 for cold starts.",
  }),
  SANDBOX_WARM_NODE: integer(
    0,
    256,
  )({
    default: DEFAULT_WARM.node,
    desc: "Sandboxes that wait for a JavaScript program with them; 0 for cold starts.",
  }),
};

/** What one program may use; the lower bounds leave room for the interpreters themselves. */
const LIMIT_SETTINGS = {
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

/**
 * Reads how programs run on this machine.
 * @throws SettingsError
 */
export function loadSandboxSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): SandboxSettings {
  const env = loadSettings({ ...CROWD_SETTINGS, ...LIMIT_SETTINGS }, environment);
  return {
    concurrency: env.SANDBOX_CONCURRENCY,
    queueLength: env.SANDBOX_QUEUE_LENGTH,
    queueWaitMs: env.SANDBOX_QUEUE_WAIT_MS,
    warm: {
      python: env.SANDBOX_WARM_PYTHON,
      data: env.SANDBOX_WARM_DATA,
      javascript: env.SANDBOX_WARM_JAVASCRIPT,
      node: env.SANDBOX_WARM_NODE,
    },
    memoryCgroup: env.SANDBOX_MEMORY_CGROUP,
    limits: {
      memoryBytes: env.SANDBOX_MEMORY_MIB * MIB,
      cpuMs: env.SANDBOX_CPU_SECONDS * 1000,
      processes: env.SANDBOX_PROCESSES,
      openFiles: env.SANDBOX_OPEN_FILES,
      fileSizeBytes: env.SANDBOX_FILE_MIB * MIB,
      diskBytes: env.SANDBOX_DISK_MIB * MIB,
      files: env.SANDBOX_FILES,
      outputBytes: env.SANDBOX_OUTPUT_KIB * KIB,
    },
  };
}
