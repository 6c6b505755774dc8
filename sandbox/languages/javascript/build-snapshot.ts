import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import type IsolatedVm from "isolated-vm";
import { loadAddOn, PRELUDE_FILE, readPrelude, START_NAME, toSnapshotPath } from "./prepare-isolate.ts";

/** Calls what most programs call, so that its bytecode is in the snapshot. Nothing of it stays but that. */
const WARM_UP = `{
  const prelude = ${START_NAME}(() => undefined, () => 0, (value) => value, () => "");
  prelude.runMain(() => {
    console.log("%s", 1, "text", [1.5, "a"], { a: true, b: { c: null } }, new Map([[1, 2]]), new Set([1]), () => 1, 1n);
    console.error(new Error("text"), class A {}, new Date(0), undefined, Symbol("a"));
    setTimeout(() => undefined);
    clearTimeout(setTimeout(() => undefined));
  });
  prelude.untilNext();
  prelude.runNext();
}`;

const [, , folder = "."] = argv;
const ivm = loadAddOn(folder);

/** The isolate's start state: the prelude evaluated, under a name that the host takes away. */
const code = readPrelude(folder);
const snapshot = ivm.Isolate.createSnapshot([{ code, filename: PRELUDE_FILE }], WARM_UP);
writeFileSync(toSnapshotPath(folder), Buffer.from(snapshot.copy()));

const urls: IsolatedVm.Script & IsolatedVm.CachedDataResult = new ivm.Isolate().compileScriptSync(
  readFileSync(`${folder}/urls.js`, "utf8"),
  { filename: "node:internal/urls", produceCachedData: true },
);
if (urls.cachedData === undefined) throw new Error("V8 made no bytecode of urls.js.");
writeFileSync(`${folder}/urls.js.cache`, Buffer.from(urls.cachedData.copy()));
