import { readFileSync, writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { type CLibrary, loadCLibrary } from "./c-library.ts";
import { chooseEngine, type Engine } from "./choose-engine.ts";
import { type JailConfig, type JailDescriptors, prepareToEnter } from "./enter-jail.ts";
import { loadAddOn, type PreparedIsolate, prepareIsolate } from "./prepare-isolate.ts";
import { createReceive, type Message } from "./receive-descriptors.ts";
import { runInIsolate } from "./run-in-isolate.ts";
import { TYPICAL_PROGRAMS } from "./typical-programs.ts";

/** Where supervisors ask for a process, and /dev/null, above the descriptors of a program. */
const SOCKET_DESCRIPTOR = 3;
const SPARE_DESCRIPTOR = 5;
/** In a program's process, as for one that is started. */
const REQUEST_DESCRIPTOR = 3;
const NEWS_DESCRIPTOR = 4;
const OWN_DESCRIPTORS = 5;

const CLONE_NEWPID = 0x20000000;
const PIDFD_OPEN_NUMBER = 434;
const POLLIN = 1;
const POLLFD_BYTES = 8;
const MOST_CHILDREN = 4096;
const PRACTICE_ROUNDS = 3;
/** Standard output leads nowhere yet. */
const PRACTICE = "console.log('hello', [1, 2].map((x) => x * 2), { a: `b` });";
const FAILED = 127;

interface Child {
  readonly pid: number;
  /** Where its supervisor hears how it ended. */
  readonly status: number;
}

interface ProgramRequest {
  readonly code: string;
  readonly engine: Engine | "auto";
}

/** Runs what most programs run until it has its bytecode, and gives back an isolate that has run nothing. */
function warm(folder: string): PreparedIsolate {
  const ivm = loadAddOn(folder);
  for (let round = 0; round < PRACTICE_ROUNDS; round += 1) {
    const practice = prepareIsolate(folder, ivm);
    for (const program of TYPICAL_PROGRAMS) chooseEngine(program);
    runInIsolate(practice, PRACTICE);
    practice.isolate.dispose();
  }
  return prepareIsolate(folder, ivm);
}

/** Waits for the program, and runs it, in a process that has just become one of a jail. */
function runProgram(library: CLibrary, prepared: PreparedIsolate): number {
  reseed(library);
  writeSync(NEWS_DESCRIPTOR, "ready\n");
  const text = readFileSync(REQUEST_DESCRIPTOR, "utf8");
  if (text === "") return 0;
  const request: ProgramRequest = JSON.parse(text);
  const engine = request.engine === "auto" ? chooseEngine(request.code) : request.engine;
  writeSync(NEWS_DESCRIPTOR, `${engine}\n`);
  // What is left of Node in a fork runs no program: the supervisor lets another sandbox have it.
  if (engine === "node") return 0;
  const exitCode = runInIsolate(prepared, request.code);
  writeSync(NEWS_DESCRIPTOR, `${exitCode}\n`);
  return exitCode;
}

/** `Math.random` starts from this seed when it is first called; the fork would start from what all forks share. */
function reseed(library: CLibrary): void {
  const bytes = Buffer.alloc(4);
  library.getrandom(bytes, bytes.length, 0);
  setFlagsFromString(`--random-seed=${bytes.readUInt32LE() >>> 1 || 1}`);
}

function toDescriptors(message: Message): JailDescriptors {
  const [supervisor = -1, status = -1, ...rest] = message.descriptors;
  return { supervisor, status, own: rest.slice(0, OWN_DESCRIPTORS), memoryGroup: rest[OWN_DESCRIPTORS] };
}

/** Forks a process into a jail for each message, and tells its supervisor how it ended, until nobody can ask any more. */
function serve(folder: string): void {
  const library = loadCLibrary(`${folder}/koffi.node`);
  const prepared = warm(folder);
  const receive = createReceive(library, SOCKET_DESCRIPTOR);
  const first = receive();
  if (first === null) return;
  const config: JailConfig = JSON.parse(new TextDecoder().decode(first.bytes));
  const enterJail = prepareToEnter(library, config, SPARE_DESCRIPTOR);
  const children = new Map<number, Child>();
  const polled = library.allocate(POLLFD_BYTES * (1 + MOST_CHILDREN));
  let listens = true;

  function become(jail: JailDescriptors): never {
    let exitCode = FAILED;
    try {
      enterJail(jail);
      exitCode = runProgram(library, prepared);
    } finally {
      library.exit(exitCode);
    }
    throw new Error("_exit returned.");
  }

  function forkInto(jail: JailDescriptors): void {
    try {
      library.setns(jail.supervisor, CLONE_NEWPID);
      const pid = library.fork();
      if (pid === 0) become(jail);
      children.set(library.systemCall(PIDFD_OPEN_NUMBER, pid, 0, 0), { pid, status: jail.status });
    } catch {
      // The jail has ended meanwhile.
      library.close(jail.status);
    }
    for (const descriptor of [jail.supervisor, ...jail.own, jail.memoryGroup]) {
      if (descriptor !== undefined) library.close(descriptor);
    }
  }

  function bury(pidfd: number, { pid, status }: Child): void {
    const word = Buffer.alloc(4);
    library.waitpid(pid, word, 0);
    children.delete(pidfd);
    library.close(pidfd);
    try {
      writeSync(status, word);
    } catch {
      // Its supervisor has ended before it.
    }
    library.close(status);
  }

  function waitForAny(): readonly number[] {
    const descriptors = [...(listens ? [SOCKET_DESCRIPTOR] : []), ...children.keys()].slice(0, MOST_CHILDREN);
    for (const [index, descriptor] of descriptors.entries()) {
      polled.view.setInt32(POLLFD_BYTES * index, descriptor, true);
      polled.view.setInt32(POLLFD_BYTES * index + 4, POLLIN, true);
    }
    library.poll(polled.pointer, descriptors.length, -1);
    return descriptors.filter((_, index) => polled.view.getInt16(POLLFD_BYTES * index + 6, true) !== 0);
  }

  while (listens || children.size > 0) {
    for (const descriptor of waitForAny()) {
      const child = children.get(descriptor);
      if (child !== undefined) bury(descriptor, child);
      if (descriptor !== SOCKET_DESCRIPTOR) continue;
      const message = receive();
      if (message === null) listens = false;
      else forkInto(toDescriptors(message));
    }
  }
}

serve(__dirname);
