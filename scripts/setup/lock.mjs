import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { ROOT, say } from "./run.mjs";

const FOLDER = `${ROOT}dist/.setup`;
const LOCK = `${FOLDER}/lock`;
const POLL_MS = 200;
const LONGEST_WAIT_MS = 15 * 60_000;

/** Runs `work` while no other set-up of this checkout runs: `npm start` and `npm test` may be typed at the same time. */
export function withLock(work) {
  mkdirSync(FOLDER, { recursive: true });
  acquire();
  try {
    return work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function acquire() {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  for (let waited = false; !tryCreate(); waited = true) {
    if (!waited) say("another set-up of this folder is running, waiting for it");
    if (Date.now() > deadline) throw new Error(`another set-up still runs; if none does, delete ${LOCK}`);
    sleep(POLL_MS);
  }
}

function tryCreate() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!isHeld()) rmSync(LOCK, { force: true });
    return false;
  }
}

/** False when the set-up that made the lock was killed. */
function isHeld() {
  try {
    const owner = Number(readFileSync(LOCK, "utf8"));
    // An owner that is not yet written counts as alive: it is being written.
    if (owner > 0) process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
