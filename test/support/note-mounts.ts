import { readFileSync } from "node:fs";

/** Of tests that mount a full disk for themselves, and of other containers on this machine, which may start at this moment. */
const OF_OTHERS = [/\/objects-\w+\/store /, / - overlay /, /\/(overlay-)?containers\//, /\/netns\//];

/**
 * Notes what is mounted now in the namespace of this process; what others unmount later is none of a test's business.
 * @returns gives the lines of `/proc/self/mountinfo` (proc(5)) that are there since, but for those of others
 */
export function noteMounts(): () => readonly string[] {
  const before = new Set(readMounts().map(idOf));
  const isOwn = (mount: string) => !OF_OTHERS.some((pattern) => pattern.test(mount));
  return () => readMounts().filter((mount) => !before.has(idOf(mount)) && isOwn(mount));
}

function readMounts(): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8").split("\n").slice(0, -1);
}

/** With its place: the number of a mount that is gone is given again. */
function idOf(mount: string): string {
  const [id, , , , place] = mount.split(" ");
  return `${id} ${place}`;
}
