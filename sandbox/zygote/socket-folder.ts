import { chownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { geteuid, kill, pid } from "node:process";
import { JAIL_USER } from "../jail/launch-command.ts";

/** A folder that only the zygote and this process can enter, for the zygote's sockets. */
export interface SocketFolder {
  readonly folder: string;
  /** Where the zygote puts its socket for one kind of clone. */
  toPath(name: string): string;
  remove(): void;
}

const PREFIX = "sandbox-zygote-";

/** Makes the folder, mode 700, and removes what servers that were killed have left. */
export function createSocketFolder(): SocketFolder {
  removeOrphans();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${pid}-`));
  if (geteuid?.() === 0) chownSync(folder, Number(JAIL_USER), Number(JAIL_USER));
  return {
    folder,
    toPath: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function removeOrphans(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    const path = join(tmpdir(), name);
    if (owner !== undefined && !isAlive(Number(owner)) && isOurs(path)) tryRemove(path);
  }
}

/** Others may give their folders such a name. */
function isOurs(path: string): boolean {
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state?.isDirectory() === true && [Number(JAIL_USER), geteuid?.()].includes(state.uid);
}

function isAlive(owner: number): boolean {
  try {
    kill(owner, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function tryRemove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's.
  }
}
