import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findFreePort } from "../support/free-port.ts";

/** What one cold process took. */
export interface ColdStart {
  /** From asking for the module to having it, in milliseconds. */
  readonly importMs: number;
  /** Resident memory then, in bytes. */
  readonly memoryBytes: number;
}

/** What the functions do not start without; nothing of it is reached. */
const SETTINGS = {
  PUBLIC_BASE_URL: "https://host.example",
  DATABASE_URL: "postgres://user@127.0.0.1:1/none",
  SIGNING_KEY: "k".repeat(40),
  CODEX_API_TOKEN: "k".repeat(40),
  GOOGLE_CLOUD_PROJECT: "demo-project",
};
const PROBE = `
const begin = performance.now();
await import(process.env.MODULE);
process.stdout.write(JSON.stringify({ importMs: performance.now() - begin, memoryBytes: process.memoryUsage.rss() }), () => process.exit(0));`;

const environmentOf = (more: Readonly<Record<string, string>>) => ({
  PATH: process.env["PATH"] ?? "",
  ...SETTINGS,
  ...more,
});

/** Imports a module in a process of its own, without functions-framework. @throws Error when the module does not load */
export async function importCold(module: string): Promise<ColdStart> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROBE], {
    env: environmentOf({ MODULE: module }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child, "close");
  if (text === "") throw new Error(`${module} did not load.`);
  return JSON.parse(text);
}

/** From the start of functions-framework with a function to its first answer, whatever it is, in milliseconds. @throws Error after 30 s */
export async function answerCold(root: string, source: string, target: string): Promise<number> {
  const port = await findFreePort();
  const framework = join(root, "node_modules/@google-cloud/functions-framework/build/src/main.js");
  const begin = performance.now();
  const words = [framework, `--source=${source}`, `--target=${target}`, `--port=${port}`];
  const child = spawn(process.execPath, words, {
    env: environmentOf({ HOST: "127.0.0.1" }),
    stdio: "ignore",
  });
  const closed = once(child, "close");
  try {
    while (performance.now() - begin < 30_000) {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
      if (answer !== null) {
        await answer.arrayBuffer();
        return performance.now() - begin;
      }
      await wait(2);
    }
    throw new Error(`${target} did not answer in 30 s.`);
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}
