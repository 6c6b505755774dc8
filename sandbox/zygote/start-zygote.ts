import { randomUUID } from "node:crypto";
import { createConnection } from "node:net";
import { arch } from "node:process";
import type { Language } from "#shared/contract/execute/languages.ts";
import type { JailOptions } from "../jail/jail.ts";
import type { MemoryCgroup } from "../jail/memory-cgroup.ts";
import { createSeccompProgram } from "../jail/seccomp-program.ts";
import { keepBounded, startJail } from "../jail/start-jail.ts";
import { encodeJsonFrame, FRAME, onFrames } from "../supervisor/frames.ts";
import { ENVIRONMENT, PYTHON_PATH, toMounts } from "../supervisor/inside.ts";
import { createSandbox, type Sandbox } from "../supervisor/sandbox.ts";
import { type SandboxLimits, STACK_BYTES, toLanguageLimits } from "../supervisor/sandbox-limits.ts";
import { createSocketFolder } from "./socket-folder.ts";

/** What a zygote has imported: the standard library, or the libraries for data as well. */
export type Warmth = "light" | "heavy";

/** What a zygote makes sandboxes for: a language's programs, or those JavaScript programs that need Node. */
export type CloneName = Language | "node";

/** A warm interpreter in a jail that makes jails. */
export interface Zygote {
  /** Resolves to true when it can make sandboxes, to false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when it can make no more sandboxes, to what is known of the reason; those that it made live on. */
  readonly lost: Promise<string>;
  /** Resolves when it has ended, with all sandboxes that it made. */
  readonly exited: Promise<void>;
  /** Makes a sandbox; one that cannot be made shows as one that has ended. */
  clone(name: CloneName): Sandbox;
  /** Has it make no more sandboxes; it ends when those that it made have had time to. */
  retire(): void;
  /** Ends it and every sandbox that it made. */
  kill(): void;
}

const COMPLAINT_BYTES = 4096;
/** Longer than any program may run. */
const RETIRED_LIVES_MS = 60_000;
/**
 * The jail ends with its first process. That is a shell, so that sandboxes outlive the zygote that made them; it lets go of the
 * zygote's channel, whose end tells that the zygote has ended.
 */
const OUTLIVE = ["/bin/sh", "-c", '"$@" & exec 3>&- 4>&-; wait; exec /usr/bin/sleep infinity', "sh"];
/** Room for what the zygote's interpreter needs itself; programs never see these folders. */
const OWN_FOLDER_BYTES = 16 * 1024 * 1024;
/** Bounds all sandboxes of one zygote together. */
const OWN_LIMITS = { processes: 16_384, openFiles: 4096 };
const SECCOMP_PROGRAM = createSeccompProgram(arch === "arm64" ? "arm64" : "x64").toString("base64");

/** What each kind of clone has to know; those that fork have their process made by a second warm process, a Node. */
function toClones(warmth: Warmth, limits: SandboxLimits) {
  const python = toLanguageLimits("python", limits);
  if (warmth === "heavy") return { python };
  const node = toLanguageLimits("javascript", limits);
  return { python, node, javascript: { ...node, forks: true } };
}

function toConfig(warmth: Warmth, limits: SandboxLimits, memory: MemoryCgroup | null) {
  return encodeJsonFrame(FRAME.configure, {
    warm: warmth,
    // Zygotes make their control groups in one place.
    name: randomUUID(),
    seccomp: SECCOMP_PROGRAM,
    memory_group_version: memory?.version ?? null,
    clones: toClones(warmth, limits),
    limits: {
      memory_bytes: limits.memoryBytes,
      disk_bytes: limits.diskBytes,
      files: limits.files,
      processes: limits.processes,
      open_files: limits.openFiles,
      file_size_bytes: limits.fileSizeBytes,
      stack_bytes: STACK_BYTES,
    },
  });
}

/** Starts a zygote. It takes no byte of any program: it accepts connections, and each becomes the channel of a jail. */
export function startZygote(
  warmth: Warmth,
  limits: SandboxLimits,
  options: JailOptions & { readonly memoryCgroup?: MemoryCgroup | null } = {},
): Zygote {
  const memory = options.memoryCgroup ?? null;
  const sockets = createSocketFolder();
  const jail = startJail(
    {
      command: [...OUTLIVE, PYTHON_PATH, "/sandbox/zygote/zygote.py"],
      readOnly: toMounts(),
      writable: [
        { source: sockets.folder, target: "/run/zygote" },
        ...(memory === null ? [] : [{ source: memory.folder, target: "/run/memory" }]),
      ],
      environment: ENVIRONMENT,
      tmpfsBytes: OWN_FOLDER_BYTES,
      limits: { ...OWN_LIMITS, fileSizeBytes: limits.fileSizeBytes },
      nests: true,
      ...(memory === null ? {} : { joins: memory.zygoteProcesses }),
    },
    options,
  );
  jail.stdin?.end();
  jail.stdout.resume();
  const ready = Promise.withResolvers<boolean>();
  onFrames(jail.channel, (frame) => {
    if (frame.type === FRAME.ready) ready.resolve(true);
  });
  jail.channel.write(toConfig(warmth, limits, memory));
  const readComplaint = keepBounded(jail.stderr, COMPLAINT_BYTES);
  const lost = new Promise<string>((resolve) => {
    jail.channel.once("close", () => {
      ready.resolve(false);
      retire();
      resolve(readComplaint());
    });
  });
  const exited = jail.exited.then(() => {
    sockets.remove();
  });

  /** The zygote keeps the connection open until everything in the jail is gone: its end is the end of the sandbox. */
  function clone(name: CloneName): Sandbox {
    const channel = createConnection(sockets.toPath(name)).on("error", () => channel.destroy());
    const exited = new Promise<string>((resolve) => channel.once("close", () => resolve("It has ended")));
    return createSandbox({ channel, exited, kill: () => channel.end() });
  }

  function retire(): void {
    jail.channel.destroy();
    const timer = setTimeout(jail.kill, RETIRED_LIVES_MS);
    void exited.then(() => clearTimeout(timer));
  }

  return { ready: ready.promise, lost, exited, clone, retire, kill: jail.kill };
}
