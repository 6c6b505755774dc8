import type {
  Executor,
  InputFile,
  Program,
  ReceiveFile,
  RunResult,
} from "#functions/execute/executor/executor.ts";
import { toProgram } from "../../../sandbox/sandbox.fixture.ts";

const MIB = 1024 * 1024;

/** What an answer may carry. */
export const COLLECT = { files: 20, fileBytes: 10 * MIB, totalBytes: 100 * MIB };

/** Where sandboxes come from: they waited, or none ever does. */
export const STARTS = [
  ["warm", { python: 2, data: 0, javascript: 1, node: 1 }],
  ["cold", { python: 0, data: 0, javascript: 0, node: 0 }],
] as const;

/** An input file of which all is there, in pieces of an awkward size. */
export function toInput(name: string, content: string | Buffer): InputFile {
  const bytes = Buffer.from(content);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 300_001) yield bytes.subarray(at, at + 300_001);
  }
  return { name, sizeBytes: bytes.length, content: pieces() };
}

/** What a run left: its result, and its files by name. */
export interface Left {
  readonly run: RunResult;
  readonly files: ReadonlyMap<string, Buffer>;
}

async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Runs a program and keeps every file that it leaves. */
export async function runAndKeep(
  executor: Executor,
  program: Pick<Program, "code"> & Partial<Program>,
): Promise<Left> {
  const files = new Map<string, Buffer>();
  const receive: ReceiveFile = async ({ name }, content) => {
    files.set(name, await readAll(content));
  };
  const whole = toProgram({ language: "python", collect: COLLECT, ...program });
  const run = await executor.run(whole, { signal: AbortSignal.timeout(110_000), receive });
  return { run, files };
}

/** The files as text. */
export function toText(files: ReadonlyMap<string, Buffer>): Record<string, string> {
  return Object.fromEntries([...files].map(([name, content]) => [name, content.toString("utf8")]));
}
