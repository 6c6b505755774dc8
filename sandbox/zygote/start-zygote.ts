import { randomUUID } from "node:crypto";
import { createConnection } from "node:net";
import { arch } from "node:process";
import type { Language } from "#shared/contract/execute/execute-code.ts";
import type { JailOptions } from "../jail/jail.ts";
import type { MemoryCgroup } from "../jail/memory-cgroup.ts";
import { createSeccompProgram } from "../jail/seccomp-program.ts";
import { readBounded, startJail } from "../jail/start-jail.ts";
import { encodeFrame, encodeJsonFrame, FRAME, type Frame, onFrames } from "../supervisor/frames.ts";
import { ENVIRONMENT, PYTHON_PATH, toMounts } from "../supervisor/inside.ts";
import { createSandbox, type Sandbox } from "../supervisor/sandbox.ts";
import { type SandboxLimits, STACK_BYTES, toLanguageLimits } from "../supervisor/sandbox-limits.ts";
import { createSocketFolder } from "./socket-folder.ts";

/** What a zygote has imported: the standard library, or the libraries for data as well. */
export type Warmth = "light" | "heavy";

/** A warm interpreter in a jail that makes jails. */
export interface Zygote {
  /** Resolves to true when it can make sandboxes, to false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when it can make no more sandboxes; those that it made live on. */
  readonly lost: Promise<void>;
  /** Resolves when it has ended, with all sandboxes that it made, to what is known of the reason. */
  readonly exited: Promise<string>;
  /** Makes a sandbox; one that cannot be made shows as one that has ended. */
  clone(language: Language): Sandbox;
  /** Has it make no more sandboxes; it ends when those that it made have had time to. */
  retire(): void;
  /** Ends it and every sandbox that it made. */
  kill(): void;
}

const COMPLAINT_BYTES = 4096;
/** A supervisor ends when its channel does; one that has not by then is killed. */
const KILL_GRACE_MS = 1000;
/** Longer than any program may run. */
const RETIRED_LIVES_MS = 60_000;
/** Room for what the zygote's interpreter needs itself; programs never see these folders. */
const OWN_FOLDER_BYTES = 16 * 1024 * 1024;
/** Bounds all sandboxes of one zygote together. */
const OWN_LIMITS = { processes: 16_384, openFiles: 4096 };
const SECCOMP_PROGRAM = createSeccompProgram(arch === "arm64" ? "arm64" : "x64").toString("base64");

function toConfig(warmth: Warmth, limits: SandboxLimits, memory: MemoryCgroup | null) {
  return encodeJsonFrame(FRAME.configure, {
    warm: warmth,
    // Zygotes make their control groups in one place.
    name: randomUUID(),
    seccomp: SECCOMP_PROGRAM,
    memory_group_version: memory?.version ?? null,
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
      command: [PYTHON_PATH, "-B", "/sandbox/zygote/zygote.py"],
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
  const endings = createEndings();
  onFrames(jail.channel, (frame) => {
    if (frame.type === FRAME.ready) ready.resolve(true);
    if (frame.type === FRAME.ended) endings.report(toNumber(frame));
  });
  jail.channel.write(toConfig(warmth, limits, memory));
  const lost = new Promise<void>((resolve) => jail.channel.once("close", resolve));
  void lost.then(() => ready.resolve(false));
  const gone = Promise.all([readBounded(jail.stderr, COMPLAINT_BYTES), jail.exited]);
  const exited = gone.then(([complaint, { code }]) => {
    sockets.remove();
    return `status ${code}: ${complaint}`;
  });

  function clone(language: Language): Sandbox {
    const channel = createConnection(sockets.path).on("error", () => channel.destroy());
    const ended = Promise.withResolvers<string>();
    let number: number | null = null;
    // A connection that never reached a clone has nothing that could outlive it.
    channel.once("close", () => number === null && ended.resolve("No sandbox was made"));
    void exited.then(ended.resolve);
    // Without the zygote nobody tells of the end of a clone but the clone itself.
    const closed = new Promise((resolve) => channel.once("close", resolve));
    void Promise.all([lost, closed]).then(() => ended.resolve("It has ended"));
    void ended.promise.then(() => channel.destroy());
    const sandbox = createSandbox({
      channel,
      exited: ended.promise,
      kill: () => {
        // Not destroyed: the number of the clone may still be on its way.
        channel.end();
        const timer = setTimeout(() => {
          if (number !== null) jail.channel.write(encodeFrame(FRAME.kill, fromNumber(number)));
        }, KILL_GRACE_MS);
        void ended.promise.then(() => clearTimeout(timer));
      },
      onClone: (frame) => {
        number = toNumber(frame);
        endings.expect(number, () => ended.resolve("It has ended"));
      },
    });
    sandbox.send(encodeJsonFrame(FRAME.language, toLanguageLimits(language, limits)));
    return sandbox;
  }

  function retire(): void {
    jail.channel.destroy();
    const timer = setTimeout(jail.kill, RETIRED_LIVES_MS);
    void exited.then(() => clearTimeout(timer));
  }

  return { ready: ready.promise, lost, exited, clone, retire, kill: jail.kill };
}

/** The end of a clone comes on another channel than its number, and may come first. */
function createEndings() {
  const listeners = new Map<number, () => void>();
  const early = new Set<number>();
  return {
    expect(number: number, listener: () => void) {
      if (early.delete(number)) listener();
      else listeners.set(number, listener);
    },
    report(number: number) {
      const listener = listeners.get(number);
      if (listener === undefined) early.add(number);
      else listener();
      listeners.delete(number);
    },
  };
}

function toNumber({ payload }: Frame): number {
  return payload.length === 4 ? payload.readUInt32BE() : 0;
}

function fromNumber(number: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(number);
  return payload;
}
