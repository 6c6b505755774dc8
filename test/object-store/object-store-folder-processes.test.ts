import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { readText } from "./store-bench.fixture.ts";

const FIXTURE = fileURLToPath(new URL("./race.fixture.ts", import.meta.url));
const KEYS = 60;
const HOUR_MS = 3_600_000;

interface Peer {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: Interface;
}

let folder: string;
let peers: Peer[];
let timeMs: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "objects-"));
  peers = [];
  timeMs = Date.now();
});
afterEach(async () => {
  for (const { child } of peers) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (!ended && child.kill("SIGKILL")) await once(child, "exit");
  }
  await rm(folder, { recursive: true });
});

function open(): Promise<ObjectStore> {
  const logger = createLogger({}, () => undefined);
  return createFolderObjectStore({ folder, maxBytes: 1024 ** 3, logger, now: () => timeMs });
}

/** Starts another process at the store. @returns once it says that it is ready */
async function startPeer(task: "race" | "hang"): Promise<Peer> {
  const child = spawn(process.execPath, ["--no-warnings", FIXTURE, task, folder, `${KEYS}`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const peer = { child, lines: createInterface(child.stdout) };
  peers.push(peer);
  expect(await once(peer.lines, "line")).toEqual(["ready"]);
  return peer;
}

async function race(): Promise<readonly number[]> {
  const racers = await Promise.all([startPeer("race"), startPeer("race"), startPeer("race")]);
  const wins = racers.map(async ({ child, lines }) => {
    child.stdin.write("go\n");
    const [line] = await once(lines, "line");
    return JSON.parse(`${line}`) as number[];
  });
  const all = await Promise.all(wins);
  return Array.from({ length: KEYS }, (_, n) => all.reduce((sum, mine) => sum + (mine[n] ?? 0), 0));
}

describe("several processes at one folder", () => {
  const ONE_WINNER_EACH = Array.from({ length: KEYS }, () => 1);

  it("create each key once", async () => {
    await expect(race()).resolves.toEqual(ONE_WINNER_EACH);
  }, 120_000);

  it("create each key once where it has expired", async () => {
    const store = await open();
    timeMs -= 2 * HOUR_MS;
    for (let n = 0; n < KEYS; n += 1) {
      await store.put(`race/${n}`, Buffer.from("expired"), { expiresAt: new Date(timeMs + HOUR_MS) });
    }
    await store.close();
    await expect(race()).resolves.toEqual(ONE_WINNER_EACH);
  }, 120_000);

  it("leave nothing of a put whose process was killed", async () => {
    const { child } = await startPeer("hang");
    child.kill("SIGKILL");
    await once(child, "exit");
    const store = await open();
    await expect(store.get("hung")).resolves.toBeNull();
    expect(await readdir(join(folder, "incoming"))).toHaveLength(1);
    await store.close();
    timeMs += HOUR_MS;
    const later = await open();
    await later.put("probe", Buffer.from("x"), { expiresAt: new Date(timeMs + HOUR_MS) });
    expect(await readdir(join(folder, "incoming"))).toEqual([]);
    expect(existsSync(join(folder, "objects", "hung="))).toBe(false);
    await expect(readText(later, "probe")).resolves.toBe("x");
    await later.close();
  }, 60_000);
});
