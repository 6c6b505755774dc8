import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import type { JailSpec } from "#sandbox/jail/jail.ts";
import type { EngineSettings } from "../engine/engine.ts";

const MIB = 1024 * 1024;
const INNER_FOLDER = "/warehouse";
const INNER_NODE = "/app/node";
/** The engine lies in it as it does on the host, so that both find the same files. */
const INNER_CODE = "/app/warehouse";
/** What the engine shares with the other warehouse. */
const SHARED_FILES = ["page-room.ts", "to-csv.ts"];
const SCRATCH_BYTES = 16 * MIB;
/** Optimising the translator's 23 MB of WebAssembly in the background takes hundreds of megabytes and saves a millisecond. */
const NODE_FLAGS = [
  "--no-warnings",
  "--max-old-space-size=128",
  "--no-wasm-tier-up",
  "--no-wasm-dynamic-tiering",
  // Nor is all of it checked before the little that is needed runs.
  "--wasm-lazy-validation",
];
/** DuckDB itself may take this share of the limit; the rest is Node, the translator and what DuckDB does not count. */
const DUCKDB_SHARE = 0.5;
/** What Node 24 and its threads reserve before the first statement, nearly all of it without touching it. */
const RESERVED_BYTES = 1024 * MIB;
/**
 * What an engine may take besides, however fast: an allocation beyond it fails, which DuckDB answers with an error. The rest of the
 * limit is for the start, and for an engine that waits beside this one.
 */
const GROWTH_SHARE = 0.55;
/** Threads that wait for DuckDB: the statement's, the catalogue's. */
const POOL_THREADS = 4;

function packageFolder(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!folder.endsWith(join("node_modules", name))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`The package ${name} is not installed.`);
    folder = parent;
  }
  return folder;
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** What the jail of one engine holds: Node, the engine's own files, its two packages and the warehouse folder, all read-only. */
export function toEngineJail(options: {
  readonly folder: string;
  readonly project: string | null;
  readonly memoryLimitBytes: number;
  readonly isLimited: boolean;
}): { readonly spec: JailSpec; readonly marker: string } {
  const marker = randomUUID();
  const settings: EngineSettings = {
    folder: INNER_FOLDER,
    project: options.project,
    memoryBytes: options.memoryLimitBytes * DUCKDB_SHARE,
  };
  const translator = packageFolder("@polyglot-sql/sdk");
  const spec: JailSpec = {
    command: [
      ...[INNER_NODE, ...NODE_FLAGS, `${INNER_CODE}/warehouse-duckdb/engine/main.ts`],
      ...[JSON.stringify(settings), marker],
    ],
    readOnly: [
      { source: execPath, target: INNER_NODE },
      {
        source: pathOf("../../../../../package.json"),
        target: "/app/package.json",
      },
      { source: pathOf("../engine"), target: `${INNER_CODE}/warehouse-duckdb/engine` },
      ...SHARED_FILES.map((file) => ({ source: pathOf(`../../${file}`), target: `${INNER_CODE}/${file}` })),
      { source: dirname(packageFolder("@duckdb/node-api")), target: "/app/node_modules/@duckdb" },
      { source: translator, target: "/app/node_modules/@polyglot-sql/sdk" },
      { source: options.folder, target: INNER_FOLDER },
    ],
    environment: {
      LANG: "C.UTF-8",
      TZ: "UTC",
      UV_THREADPOOL_SIZE: String(POOL_THREADS),
      // One heap for each thread would keep what every one of them ever needed.
      MALLOC_ARENA_MAX: "2",
    },
    tmpfsBytes: SCRATCH_BYTES,
    limits: {
      processes: 64,
      openFiles: 512,
      fileSizeBytes: SCRATCH_BYTES,
      ...(options.isLimited
        ? { dataBytes: Math.floor(RESERVED_BYTES + options.memoryLimitBytes * GROWTH_SHARE) }
        : {}),
    },
  };
  return { spec, marker };
}

/** Finds the engine's process on the host by the marker in its command line; null when it is gone. */
export function findEngineProcess(marker: string): number | null {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [program, ...parameters] = readProcessFile(name, "cmdline").split("\0");
    if (program === INNER_NODE && parameters.includes(marker)) return Number(name);
  }
  return null;
}

function readProcessFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
