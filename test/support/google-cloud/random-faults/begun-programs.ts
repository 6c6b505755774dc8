import { execFileSync } from "node:child_process";
import { chmodSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Language } from "#shared/contract/execute/languages.ts";

/** Which programs have begun, told by themselves. */
export interface BegunPrograms {
  /** How often the program of this number has begun. */
  count(number: number): number;
  close(): void;
}

/** Where programs find it: a pipe can be written to where nothing else can. */
const INSIDE = "/sandbox/languages/begun";

/**
 * Opens a pipe in the tree that jails are shown, into which each program writes its number before it does anything else. That comes out
 * here whatever becomes of the program, of its container and of its result: nothing of what is tested has a part in it.
 * @param tree the assembled tree of the sandbox's image
 */
export function openBegunPrograms(tree: string): BegunPrograms {
  const path = join(tree, "sandbox/languages/begun");
  execFileSync("/usr/bin/mkfifo", [path]);
  chmodSync(path, 0o666);
  // Open for writing too: it then has no end.
  const socket = new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK) });
  const counts = new Map<number, number>();
  let rest = "";
  socket.on("data", (piece) => {
    const lines = (rest + piece.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) counts.set(Number(line), (counts.get(Number(line)) ?? 0) + 1);
  });
  const close = () => {
    socket.destroy();
    rmSync(path);
  };
  return { count: (number) => counts.get(number) ?? 0, close };
}

/** A program that tells that it has begun, and prints what it read from standard input. */
export function toTellingCode(language: Language, number: number): string {
  if (language === "python") {
    return `with open("${INSIDE}", "w") as begun: begun.write("${number}\\n")\nprint(input())`;
  }
  return `const fs = require("fs");\nfs.writeFileSync("${INSIDE}", "${number}\\n");\nprocess.stdout.write(fs.readFileSync(0));`;
}
