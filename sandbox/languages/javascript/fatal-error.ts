import { writeSync } from "node:fs";
import { PROGRAM_PATH } from "./program-path.ts";

const PLACE = new RegExp(`${PROGRAM_PATH}:(\\d+):(\\d+)`);
const BOUNDARY = "\n    at (<isolated-vm boundary>)";

/** Prints what ends a program as Node prints it: the place, the line with a caret, the error, Node's version. */
export function showFatal(text: string, source: string): void {
  const place = PLACE.exec(text);
  const where = place === null ? "" : describePlace(place, source);
  // isolated-vm adds the place to the message of what does not parse.
  const error = text.replace(` [${place?.[0]}]`, "");
  writeSync(2, `${where}${error}\n\nNode.js ${process.version}\n`);
}

function describePlace(place: RegExpExecArray, source: string): string {
  const line = Number(place[1]);
  const text = source.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? "";
  const column = Number(place[2]) - 1;
  // The stack names where the error was made, Node points at the statement that throws it.
  const thrown = text.lastIndexOf("throw ", column);
  const caret = thrown >= 0 && /^throw\s+$/.test(text.slice(thrown, column)) ? thrown : column;
  return `${PROGRAM_PATH}:${line}\n${text}\n${text.slice(0, caret).replace(/[^\t]/g, " ")}^\n\n`;
}

/** The text of a promise that was rejected and that nobody handled, from what came across the isolate's boundary. */
export function describeRejection(reason: unknown): string {
  if (reason instanceof Error) {
    const stack = reason.stack ?? String(reason);
    const end = stack.indexOf(BOUNDARY);
    const inside = end < 0 ? stack : stack.slice(0, end);
    if (PLACE.test(inside)) return inside;
  }
  const shown = reason instanceof Error || typeof reason === "object" ? "#<Object>" : String(reason);
  return (
    "[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, " +
    "or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason " +
    `"${shown}".] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}`
  );
}
