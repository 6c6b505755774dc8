import { existsSync, readFileSync } from "node:fs";
import { ROOT, run, say } from "./run.mjs";

const NEEDED_NODE = 24;

/** Runs `npm ci` when node_modules is not what package-lock.json says. Throws when npm fails; npm says why itself. */
export function installNodeModules() {
  if (isInstalled()) return;
  say("installing the npm packages of package-lock.json (npm ci, about half a minute)");
  // Errors only: under an older Node, npm warns of the engine of nearly every package, and the Node that counts is among them.
  const { ok } = run("npm", ["ci", "--loglevel=error", "--no-audit", "--no-fund"], { show: true });
  if (!ok) throw new Error("npm ci failed; its own words stand above. Mend that and start again.");
}

/** Throws when neither the machine nor the lock file's packages bring a Node that runs the sources. */
export function checkNode() {
  const own = Number(process.versions.node.split(".")[0]);
  if (own >= NEEDED_NODE || findNode() !== process.execPath) return;
  throw new Error(
    `for ${process.platform}-${process.arch} no Node comes with the npm packages: install Node ${NEEDED_NODE} or newer (this is ${process.version}).`,
  );
}

/** The Node that runs the sources: the lock file's, or the machine's own. */
export function findNode() {
  const bundled = `${ROOT}node_modules/.bin/node`;
  return existsSync(bundled) ? bundled : process.execPath;
}

/**
 * Compares package-lock.json with the lock that npm leaves inside node_modules as its last act, so that an install that was
 * interrupted, a changed lock and a folder copied from another platform all count as missing.
 */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const found = readPackages("node_modules/.package-lock.json");
  if (found === undefined) return false;
  const matches = Object.entries(wanted).every(([path, entry]) => path === "" || isThere(entry, found[path]));
  return matches && Object.keys(found).every((path) => path in wanted);
}

function isThere(wanted, found) {
  if (found === undefined) return Boolean(wanted.optional) && !isForThisMachine(wanted);
  return found.version === wanted.version && found.integrity === wanted.integrity;
}

/** True for a package of binaries for this platform. Which C library it needs is npm's to know. */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined || libc !== undefined) return false;
  return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(`${ROOT}${path}`, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
