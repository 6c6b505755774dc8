import { existsSync, readFileSync, statSync, writeSync } from "node:fs";
import type IsolatedVm from "isolated-vm";

/** What Node's own heap has (node-flags.json). Below the jail's limit, so that the isolate's own message comes first. */
const MEMORY_LIMIT_MIB = 400;

type RunMain = (main: unknown) => string | undefined;

/** An isolate that has the language and `console`, made before its one program is known. */
export interface PreparedIsolate {
  readonly isolate: IsolatedVm.Isolate;
  readonly context: IsolatedVm.Context;
  /** Runs the program and the promise jobs that it leaves; a text is what an uncaught error prints. */
  readonly runMain: IsolatedVm.Reference<RunMain>;
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
 * @param ivm the add-on, which a process can load once
 */
export function prepareIsolate(folder: string, ivm = loadAddOn(folder)): PreparedIsolate {
  const path = toSnapshotPath(folder);
  const snapshot = existsSync(path) ? readShared(ivm, path) : undefined;
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_LIMIT_MIB, ...(snapshot && { snapshot }) });
  const context = isolate.createContextSync();
  if (snapshot === undefined) context.evalSync(readPrelude(folder), { filename: PRELUDE_FILE });
  return { isolate, context, runMain: startPrelude(ivm, context) };
}

function readShared(ivm: typeof IsolatedVm, path: string): IsolatedVm.ExternalCopy<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  if (!(buffer instanceof ArrayBuffer)) throw new Error("Node reads files into ArrayBuffers.");
  // A small file is a piece of a pool that others read into.
  const own = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  return new ivm.ExternalCopy(own, { transferOut: true });
}

function startPrelude(ivm: typeof IsolatedVm, context: IsolatedVm.Context): IsolatedVm.Reference<RunMain> {
  const start: IsolatedVm.Reference<(write: IsolatedVm.Callback) => RunMain> = context.global.getSync(
    START_NAME,
    { reference: true },
  );
  context.global.deleteSync(START_NAME);
  return start.applySync(undefined, [new ivm.Callback(writeAll)], { result: { reference: true } });
}

/** Writes a text to a descriptor to its end. */
export function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
}
