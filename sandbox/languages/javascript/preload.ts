import { closeSync, readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { chooseEngine } from "./choose-engine.ts";
import { runAsMain } from "./run-as-main.ts";
import { runInIsolate } from "./run-in-isolate.ts";

/** Where the supervisor hands in the program, and where it hears which engine runs it. */
const SOURCE_DESCRIPTOR = 3;
const ENGINE_DESCRIPTOR = 4;

/** Runs before Node looks for the program's file; worker threads of the program come by here as well. */
function preload(): void {
  if (!isMainThread) return;
  const source = readFileSync(SOURCE_DESCRIPTOR, "utf8");
  closeSync(SOURCE_DESCRIPTOR);
  const engine = chooseEngine(source);
  writeSync(ENGINE_DESCRIPTOR, engine);
  closeSync(ENGINE_DESCRIPTOR);
  if (engine === "isolated-vm") process.exit(runInIsolate(source));
  runAsMain(source);
}

preload();
