import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort } from "./free-port.ts";
import { copyPgliteTemplate } from "./pglite-template.ts";
import { startProcess } from "./start-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The whole server in a process of its own, with a data folder of its own. */
export interface RunningServer {
  /** Like http://127.0.0.1:43210, without a slash at its end. */
  readonly url: string;
  /** An API key that the server accepts. */
  readonly key: string;
  readonly pid: number;
  readonly dataFolder: string;
  /** Sends a request with the key; a header in `init` goes first, and an empty `authorization` sends none. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Everything that the server wrote so far. */
  logs(): string;
  /** Stops the server with SIGTERM and removes its data folder. @throws Error when the server does not exit with 0. */
  stop(): Promise<void>;
}

/**
 * Starts the real server on a free port of 127.0.0.1 and waits until it answers. `environment` adds to and replaces the settings.
 * @throws Error with the server's own words when it does not start.
 */
export async function startServer(
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const dataFolder = await mkdtemp(join(tmpdir(), "server-test-"));
  const removeData = () => rm(dataFolder, { recursive: true, force: true });
  const key = environment["CODEX_API_TOKEN"] ?? `codex_${randomBytes(32).toString("base64url")}`;
  // With a public address the server prints that one, and the port has to be known beforehand.
  const port = environment["PUBLIC_BASE_URL"] === undefined ? 0 : await findFreePort();
  // A first start would make one, which keeps a processor busy for seconds.
  if (environment["CODEX_DATA_DIR"] === undefined) await copyPgliteTemplate(join(dataFolder, "database"));
  const settings = {
    PORT: String(port),
    HOST: "127.0.0.1",
    CODEX_DATA_DIR: dataFolder,
    CODEX_API_TOKEN: key,
    ...environment,
  };
  try {
    const server = await startProcess({
      command: [process.execPath, "local/start.ts"],
      cwd: ROOT,
      environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...settings },
      ready: /Ready at (\S+)\s/,
    });
    const url = port === 0 ? (server.ready[1] ?? "") : `http://127.0.0.1:${port}`;
    const stop = async () => {
      const code = await server.stop().finally(removeData);
      if (code !== 0) throw new Error(`the server exited with ${code}\n${server.output().slice(-5000)}`);
    };
    const request = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, withKey(init, key));
    return { url, key, pid: server.pid, dataFolder, request, logs: server.output, stop };
  } catch (error) {
    await removeData();
    throw error;
  }
}

function withKey(init: RequestInit, key: string): RequestInit {
  const headers = new Headers(init.headers);
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
  else if (headers.get("authorization") === "") headers.delete("authorization");
  return { ...init, headers };
}
