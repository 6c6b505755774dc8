import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The checkout's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Prints one line of progress. Standard output stays free for the program that runs next. */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/**
 * Runs a program in the checkout's folder and waits for it.
 * @returns {{ ok: boolean, output: string }} output holds both streams; empty when `show` lets the person see them directly.
 */
export function run(command, parameters, { show = false, environment = {} } = {}) {
  const result = spawnSync(command, parameters, {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: show ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`;
  return { ok: result.status === 0, output };
}

/** True when the person can change the machine. */
export function isRoot() {
  return process.getuid?.() === 0;
}
