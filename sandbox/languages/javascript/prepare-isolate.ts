import { existsSync, readFileSync, statSync, writeSync } from "node:fs";
import type IsolatedVm from "isolated-vm";

/** Below the jail's limit, so that the isolate's own message comes first. */
const MEMORY_LIMIT_MIB = 256;

/** What the prelude gives to its host: each call runs code of the program and tells how it went. */
export interface Prelude {
  /** Runs the program; a text is what an uncaught error prints. */
  readonly runMain: IsolatedVm.Reference<(main: unknown) => string | undefined>;
  /** Milliseconds until the next timer; negative when nothing is left that keeps the program alive. */
  readonly untilNext: IsolatedVm.Reference<() => number>;
  readonly runNext: IsolatedVm.Reference<() => string | undefined>;
}

/** An isolate with Node's globals in it, made before its one program is known. */
export interface PreparedIsolate {
  readonly isolate: IsolatedVm.Isolate;
  readonly context: IsolatedVm.Context;
  readonly prelude: Prelude;
  /** Lets the program's clock begin, which has waited with the process until now. */
  readonly startClock: () => void;
  /** Adds the globals that a script of this folder has; they are too large for each program. */
  readonly loadScript: (name: string) => void;
}

/** The name, inside a new isolate, of the function that starts the prelude; programs never see it. */
export const START_NAME = "startPrelude";
export const PRELUDE_FILE = "node:internal/prelude";

/** The script that gives an isolate that function. */
export function readPrelude(folder: string): string {
  return `globalThis.${START_NAME} = ${readFileSync(`${folder}/prelude.js`, "utf8")}`;
}

/** The add-on, without a trace in `require.cache`. */
export function loadAddOn(folder: string): typeof IsolatedVm {
  const addOn: { exports: { ivm?: typeof IsolatedVm } } = { exports: {} };
  process.dlopen(addOn, `${folder}/isolated-vm.node`);
  if (addOn.exports.ivm === undefined) throw new Error("isolated-vm.node is not the add-on isolated-vm.");
  return addOn.exports.ivm;
}

/** The snapshot's file for this Node. V8 aborts on one of another build: the size tells builds of one version apart. */
export function toSnapshotPath(folder: string): string {
  const { size } = statSync(process.execPath);
  return `${folder}/prelude-${process.version}-${process.arch}-${size}.snapshot`;
}

/**
 * Makes an isolate from the prelude's snapshot, which has compiled and evaluated it ahead of time; without the snapshot, when that
 * was built with another Node.
 * @param folder what scripts/build-sandbox.ts has built
 */
export function prepareIsolate(folder: string): PreparedIsolate {
  const ivm = loadAddOn(folder);
  const path = toSnapshotPath(folder);
  const snapshot = existsSync(path) ? readShared(ivm, path) : undefined;
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_LIMIT_MIB, ...(snapshot && { snapshot }) });
  const context = isolate.createContextSync();
  if (snapshot === undefined) context.evalSync(readPrelude(folder), { filename: PRELUDE_FILE });
  let start = 0;
  return {
    isolate,
    context,
    prelude: startPrelude(ivm, context, () => performance.now() - start),
    startClock: () => {
      start = performance.now();
    },
    loadScript: (name) => {
      const path = `${folder}/${name}.js`;
      const script = isolate.compileScriptSync(readFileSync(path, "utf8"), {
        filename: `node:internal/${name}`,
        cachedData: readShared(ivm, `${path}.cache`),
      });
      script.runSync(context, { reference: true }).applySync(undefined, []);
    },
  };
}

function readShared(ivm: typeof IsolatedVm, path: string): IsolatedVm.ExternalCopy<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  if (!(buffer instanceof ArrayBuffer)) throw new Error("Node reads files into ArrayBuffers.");
  // A small file is a piece of a pool that others read into.
  const own = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  return new ivm.ExternalCopy(own, { transferOut: true });
}

function startPrelude(ivm: typeof IsolatedVm, context: IsolatedVm.Context, now: () => number): Prelude {
  const start = context.global.getSync(START_NAME, { reference: true });
  context.global.deleteSync(START_NAME);
  const prelude: IsolatedVm.Reference = start.applySync(
    undefined,
    [
      new ivm.Callback(writeAll),
      new ivm.Callback(now),
      new ivm.Callback((value: unknown) => structuredClone(value)),
      new ivm.Callback(decodeText),
    ],
    { result: { reference: true } },
  );
  return {
    runMain: prelude.getSync("runMain", { reference: true }),
    untilNext: prelude.getSync("untilNext", { reference: true }),
    runNext: prelude.getSync("runNext", { reference: true }),
  };
}

/** Writes a text to a descriptor to its end. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
}

function decodeText(label: string, fatal: boolean, ignoreBOM: boolean, bytes: Uint8Array): string {
  return new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes);
}
