import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findFreePort } from "../../support/free-port.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";
import { NONE_WAIT } from "../execute/serve-programs.fixture.ts";
import { createVisitor, type Visitor } from "../oauth/pages/browse.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const PASSPHRASE = "correct horse battery staple";
/** The page on which the owner signs in. */
export const SIGN_IN = "/oauth/owner/sign-in";
const MAX_STEPS = 10;

/** The whole server with an owner who has a passphrase, over a data folder that outlives it. */
export interface OwnedServer {
  server(): RunningServer;
  /** Stops it and starts it again, at the same address over the same data. */
  restart(): Promise<void>;
  /** A browser in which the owner is signed in. @param url another name of the server */
  signIn(url?: string): Promise<Visitor>;
  /**
   * Follows the owner's browser from a client's request to the client's own address, allowing `scope`.
   * @returns where the client is sent @throws Error when the way ends elsewhere
   */
  allow(owner: Visitor, asked: URL | string | null, callback: string, scope: readonly string[]): Promise<URL>;
  stop(): Promise<void>;
}

/** Sets the passphrase as an owner does, and starts the server. */
export async function serveOwner(): Promise<OwnedServer> {
  const folder = mkdtempSync(join(tmpdir(), "owner-test-"));
  const port = await findFreePort();
  await setPassphrase(folder);
  const start = () =>
    startServer({
      ...NONE_WAIT,
      PORT: String(port),
      CODEX_DATA_DIR: folder,
      EXECUTE_RATE_PER_MINUTE: "0",
      QUERY_RATE_PER_MINUTE: "0",
    });
  let server = await start();
  return {
    server: () => server,
    async restart() {
      await server.stop();
      server = await start();
    },
    async signIn(url = server.url) {
      const visitor = createVisitor(url);
      await visitor.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
      return visitor;
    },
    allow,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function setPassphrase(folder: string): Promise<void> {
  const child = spawn(process.execPath, ["--no-warnings", "scripts/owner.ts", "set-passphrase"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", CODEX_DATA_DIR: folder },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdin.end(`${PASSPHRASE}\n`);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`No passphrase could be set: ${complaint}`);
}

/** As `OwnedServer.allow`. */
export async function allow(
  owner: Visitor,
  asked: URL | string | null,
  callback: string,
  scope: readonly string[],
): Promise<URL> {
  let next = String(asked);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { location, text } = await owner.get(next);
    const action = /action="([^"]*\/interaction\/[^"]+)"/.exec(text)?.[1];
    const decided =
      action === undefined ? null : await owner.submit(next, action, { decision: "allow", scope });
    const sent = decided === null ? location : decided.location;
    if (sent === null) throw new Error(`The way ends at ${next}: ${text.slice(0, 500)}`);
    if (sent.startsWith(callback)) return new URL(sent);
    next = sent;
  }
  throw new Error("The way has no end.");
}
