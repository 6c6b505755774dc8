import { readFileSync } from "node:fs";

/** Of tests that mount a full disk for themselves, perhaps at this moment and in another process of the same run. */
const OF_TESTS = /\/objects-\w+\/store /;

/** How many mounts the namespace of this process has, but for those of tests. */
export function countMounts(): number {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n").slice(0, -1);
  return mounts.filter((mount) => !OF_TESTS.test(mount)).length;
}
