import type { DocumentFile } from "#sandbox/entry/document.ts";
import type { DocumentedProgram } from "#sandbox/entry/program-document.ts";
import type { DocumentedResult } from "#sandbox/entry/result-document.ts";

const MIB = 1024 * 1024;

/** The name of a run. */
export const RUN_ID = "run-of-these-tests-0123456789";

/** What an answer may carry. */
export const COLLECT = { files: 20, fileBytes: 10 * MIB, totalBytes: 100 * MIB };

/** A program that asks for nothing special. */
export const PROGRAM: DocumentedProgram = {
  language: "python",
  code: "print(1)",
  stdin: "",
  engine: "auto",
  timeoutMs: 10_000,
  files: [],
  collect: COLLECT,
  svg: false,
};

/** How it ends. */
export const RESULT: DocumentedResult = {
  status: "succeeded",
  exitCode: 0,
  signal: null,
  stdout: "1\n",
  stderr: "",
  truncated: false,
  engine: "cpython",
  start: "cold",
  limit: null,
  wallMs: 12,
  skippedFiles: [],
  unchangedFiles: [],
};

/** A file whose content comes in pieces of `pieceBytes`. */
export function toFile(name: string, content: string | Buffer, pieceBytes = 7): DocumentFile {
  const bytes = Buffer.from(content);
  return { name, sizeBytes: bytes.length, content: inPieces(bytes, pieceBytes) };
}

/** Bytes, `pieceBytes` at a time. */
export async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Everything that comes. */
export async function readAll(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}
