import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type RunningProcess, startProcess } from "../../support/start-process.ts";
import type { World } from "../attack.ts";
import { findMarked } from "./find-marked.ts";
import { openListeners } from "./listeners.ts";

const UNTOUCHED = "untouched";

/** A world with its means: what a suite needs to run attacks in it and to take it down. */
export interface PlantedWorld {
  /** The settings that hold a secret: the server under attack gets them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What could not be planted on this machine, as words for a report. */
  readonly missing: readonly string[];
  /** The world for the next attack: a mark of its own, a folder as it was, nobody came yet. */
  begin(server: { readonly port?: number; readonly dataFolder?: string }): World;
  close(): Promise<void>;
}

const newSecret = (kind: string): string => `canary-${kind}-${randomBytes(16).toString("hex")}`;

/** How to start the process of the host that attacks look for. */
export function hostProcessCommand(name: string, secret: string): [string, ...string[]] {
  return ["/usr/bin/python3", resolve(import.meta.dirname, "host-process.py"), name, secret];
}

/** Plants secrets, listeners and a process on this machine. Everything goes with `close`. */
export async function createWorld(options: { readonly hostProcess: boolean }): Promise<PlantedWorld> {
  const id = randomBytes(6).toString("hex");
  const secrets = ["file", "temporary", "data", "environment", "arguments", "greeting", "memory"].map(
    newSecret,
  );
  const [
    file = "",
    temporary = "",
    data = "",
    environment = "",
    inArguments = "",
    greeting = "",
    memory = "",
  ] = secrets;
  const parent = mkdtempSync("/var/tmp/abuse-world-");
  const folder = join(parent, "host");
  const temporarySecret = join(tmpdir(), `abuse-world-${id}`);
  const dataFolder = join(parent, "data");
  const sockets = join(parent, "sockets");
  for (const path of [dataFolder, sockets]) mkdirSync(path);
  writeFileSync(temporarySecret, temporary);
  writeFileSync(`/dev/shm/abuse-world-${id}`, memory);
  const socketPath = join(sockets, "service.sock");
  const socketName = `abuse-world-${id}`;
  const listeners = await openListeners(socketPath, socketName, greeting);
  const hostProcess = `abuse-host-${id}`;
  const running: RunningProcess | null = options.hostProcess
    ? await startProcess({
        command: hostProcessCommand(hostProcess, inArguments),
        cwd: "/",
        environment: { HOST_PROCESS_SECRET: memory },
        ready: /ready/,
      })
    : null;
  const fillFolder = () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "secret"), file);
    writeFileSync(join(folder, "secret.json"), JSON.stringify({ secret: file }));
    writeFileSync(join(folder, "canary_module.py"), `print(${JSON.stringify(file)})\n`);
    writeFileSync(join(folder, "victim"), UNTOUCHED, { mode: 0o600 });
  };
  fillFolder();
  const expected = readdirSync(folder).join();
  let attacks = 0;
  return {
    environment: {
      ABUSE_CANARY: environment,
      ABUSE_HOST_PROCESS: JSON.stringify(hostProcessCommand(hostProcess, inArguments)),
      HOST_PROCESS_SECRET: memory,
    },
    missing: listeners.hasMetadataAddress ? [] : ["the metadata address (needs root)"],
    begin({ port, dataFolder: serverData = dataFolder }) {
      attacks += 1;
      const mark = `abuse-mark-${id}-${attacks}`;
      const before = listeners.visits();
      fillFolder();
      writeFileSync(join(serverData, "api-key"), data, { mode: 0o600 });
      return {
        secrets,
        folder,
        temporarySecret,
        dataFolder: serverData,
        checkout: resolve(import.meta.dirname, "../../.."),
        serverPort: port ?? listeners.port,
        port: listeners.port,
        socketPath,
        socketName,
        hostProcess,
        mark,
        visitors: () => listeners.visits() - before,
        isUntouched: () =>
          readdirSync(folder).join() === expected &&
          readFileSync(join(folder, "victim"), "utf8") === UNTOUCHED,
        countLeft: () => findMarked(mark).length,
      };
    },
    async close() {
      await running?.stop("SIGKILL");
      await listeners.close();
      rmSync(parent, { recursive: true, force: true });
      rmSync(temporarySecret, { force: true });
      rmSync(`/dev/shm/abuse-world-${id}`, { force: true });
    },
  };
}
