import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { CAPABILITIES } from "../support/capability-catalogue.ts";
import { findFreePort } from "../support/free-port.ts";
import { startProcess } from "../support/start-process.ts";
import { startServer } from "../support/start-server.ts";
import type { Side } from "./ask.ts";

/** A server under test that runs. */
export interface RunningSide extends Side {
  readonly name: "ours" | "naive";
  readonly pid: number;
  stop(): Promise<void>;
}

/** This server with everything that a request passes in production; only the rate limit is switched off, by its setting. */
export async function startOurs(): Promise<RunningSide> {
  const server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
  const headers = { authorization: `Bearer ${server.key}` };
  return { name: "ours", url: server.url, headers, pid: server.pid, stop: server.stop };
}

/** @throws Error that says how to get what the plain server needs when it is missing */
export function requireYardstick(): void {
  const { fastapi } = CAPABILITIES;
  if (!fastapi.isThere()) throw new Error(`the yardstick needs FastAPI and uvicorn: ${fastapi.howToGet}`);
}

/** The plain way to run code over HTTP, naive-server.py. */
export async function startNaive(): Promise<RunningSide> {
  // Without a home folder matplotlib would look for the machine's fonts again in each run.
  const home = await mkdtemp(join(tmpdir(), "naive-home-"));
  const removeHome = () => rm(home, { recursive: true, force: true });
  try {
    const server = await startProcess({
      command: ["/usr/bin/python3", "naive-server.py", String(await findFreePort()), process.execPath],
      cwd: import.meta.dirname,
      environment: { PATH: "/usr/bin:/bin", HOME: home },
      ready: /running on (http:\/\/127\.0\.0\.1:\d+)/,
    });
    const stop = async () => {
      await server.stop().finally(removeHome);
    };
    return { name: "naive", url: server.ready[1] ?? "", headers: {}, pid: server.pid, stop };
  } catch (error) {
    await removeHome();
    throw error;
  }
}

/** What a reader of the figures has to know about where they come from. */
export function describeMachine(): string {
  return `${availableParallelism()} processors, Node ${process.versions.node}`;
}
