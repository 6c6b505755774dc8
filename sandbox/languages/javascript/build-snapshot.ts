import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { loadAddOn, PRELUDE_FILE, readPrelude, START_NAME, toSnapshotPath } from "./prepare-isolate.ts";

/** Calls what most programs call, so that its bytecode is in the snapshot. Nothing of it stays but that. */
const WARM_UP = `{
  ${START_NAME}(() => undefined)(() => {
    console.log("%s", 1, "text", [1.5, "a"], { a: true, b: { c: null } }, new Map([[1, 2]]), new Set([1]), () => 1, 1n);
    console.error(new Error("text"), class A {}, new Date(0), undefined, Symbol("a"));
  });
}`;

const [, , folder = "."] = argv;
const ivm = loadAddOn(folder);

/** The isolate's start state: the prelude evaluated, under a name that the host takes away. */
const code = readPrelude(folder);
const snapshot = ivm.Isolate.createSnapshot([{ code, filename: PRELUDE_FILE }], WARM_UP);
writeFileSync(toSnapshotPath(folder), Buffer.from(snapshot.copy()));
