import { spawn } from "node:child_process";

/** A process as Cloud Run starts a container of a job. */
export interface Container {
  /** Resolves when it is gone, with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  hasEnded(): boolean;
  /** What it wrote, both streams. */
  output(): string;
  /** SIGTERM, and SIGKILL ten seconds later, as Cloud Run does; or SIGKILL at once. */
  end(isAtOnce?: boolean): void;
}

const GRACE_MS = 10_000;

/** Starts a process with no other environment than the given one. */
export function startContainer(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
): Container {
  const [file, ...parameters] = command;
  const child = spawn(file, parameters, { env: { ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  const keep = (chunk: Buffer) => {
    if (written.length < 65_536) written += chunk.toString("utf8");
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let grace: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => {
      clearTimeout(grace);
      hasEnded = true;
      resolve(code);
    });
  });
  return {
    ended,
    hasEnded: () => hasEnded,
    output: () => written,
    end(isAtOnce = false) {
      child.kill(isAtOnce ? "SIGKILL" : "SIGTERM");
      if (!isAtOnce) grace ??= setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    },
  };
}
