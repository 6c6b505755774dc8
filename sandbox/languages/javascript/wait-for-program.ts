import { closeSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { chooseEngine, type Engine } from "./choose-engine.ts";
import { type PreparedIsolate, prepareIsolate } from "./prepare-isolate.ts";
import { PROGRAM_PATH } from "./program-path.ts";
import { runInIsolate } from "./run-in-isolate.ts";

/** Where the supervisor hands in the program, and where it hears that one may come, what runs it, and how an isolate's ended. */
const REQUEST_DESCRIPTOR = 3;
const NEWS_DESCRIPTOR = 4;

interface ProgramRequest {
  readonly code: string;
  readonly engine: Engine | "auto";
}

/**
 * Makes everything ready that does not depend on the program, waits for the program, and runs it in the isolate or leaves it to
 * Node, which reads it from its file as ever when this returns. Ends the process when no program comes. Node's
 * `performance.now()` and `process.uptime()` then count the time of waiting as well; the isolate has no clock but `Date`.
 * @param folder where the isolate's prelude and its snapshot are
 */
export function waitForProgram(folder: string): void {
  const prepared = prepareIsolate(folder);
  writeSync(NEWS_DESCRIPTOR, "ready\n");
  const text = readFileSync(REQUEST_DESCRIPTOR, "utf8");
  if (text === "") process.exit(0);
  const request: ProgramRequest = JSON.parse(text);
  const engine = request.engine === "auto" ? chooseEngine(request.code) : request.engine;
  writeSync(NEWS_DESCRIPTOR, `${engine}\n`);
  closeSync(REQUEST_DESCRIPTOR);
  if (engine === "isolated-vm") endAfter(prepared, request.code);
  leaveToNode(prepared, request.code);
}

/** The exit code goes ahead of the process's end: Node takes milliseconds to take itself down. */
function endAfter(prepared: PreparedIsolate, code: string): never {
  const exitCode = runInIsolate(prepared, code);
  writeSync(NEWS_DESCRIPTOR, `${exitCode}\n`);
  process.exit(exitCode);
}

/** No descriptor of the sandbox's own is left to the program. */
function leaveToNode({ isolate }: PreparedIsolate, code: string): void {
  closeSync(NEWS_DESCRIPTOR);
  isolate.dispose();
  writeFileSync(PROGRAM_PATH, code);
}

/** For the bytecode of what runs for most programs, which has to have run once. */
export { chooseEngine, prepareIsolate, runInIsolate };
