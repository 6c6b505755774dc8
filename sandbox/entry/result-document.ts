import { createTally, type SandboxCollectLimits } from "../supervisor/sandbox-files.ts";
import {
  DocumentError,
  type DocumentFile,
  encodeDocument,
  type OpenDocument,
  openDocument,
  toFields,
} from "./document.ts";

const STATUSES = ["succeeded", "failed", "timed_out", "out_of_memory", "killed"] as const;
const LIMITS = ["cpu_time", "files"] as const;
const REFUSALS = ["invalid_file", "sandbox_unavailable"] as const;

/** How a program ended: the fields of the executor's port. */
export interface DocumentedResult {
  readonly status: (typeof STATUSES)[number];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  readonly engine: string;
  readonly start: "warm" | "cold";
  readonly limit: (typeof LIMITS)[number] | null;
  readonly wallMs: number;
  readonly skippedFiles: readonly { readonly name: string; readonly reason: string }[];
  readonly unchangedFiles: readonly string[];
}

/** What became of a program: it ran, or the sandbox refused it before it began, with a code and a sentence for the public. */
export type DocumentedOutcome =
  | { readonly kind: "ran"; readonly result: DocumentedResult }
  | { readonly kind: "refused"; readonly code: (typeof REFUSALS)[number]; readonly message: string };

const DOCUMENT = "result";
/** Two streams of 1 MiB, of characters that JSON writes as six, and what is said of files. */
const HEADER_BYTES = 16 * 1024 * 1024;
const MOST_FILES = 2_000;
const MOST_SKIPPED = 50;
const LONGEST_NAME = 1024;
const LONGEST_SENTENCE = 500;

/**
 * Writes what became of a program.
 * @param runId of the program's document
 * @param files what the program left; none when it was refused
 */
export function encodeResultDocument(
  runId: string,
  outcome: DocumentedOutcome,
  files: readonly DocumentFile[],
): AsyncGenerator<Uint8Array> {
  return encodeDocument({ document: DOCUMENT, run_id: runId, ...toHeader(outcome) }, files);
}

function toHeader(outcome: DocumentedOutcome): Readonly<Record<string, unknown>> {
  if (outcome.kind === "refused") {
    return { outcome: "refused", code: outcome.code, message: outcome.message };
  }
  const { exitCode, wallMs, skippedFiles, unchangedFiles, ...same } = outcome.result;
  return {
    outcome: "ran",
    result: {
      ...same,
      exit_code: exitCode,
      wall_ms: wallMs,
      skipped: skippedFiles.map(({ name, reason }) => [name, reason]),
      unchanged: unchangedFiles,
    },
  };
}

/** What a result was read to, and why it was not read to its end; for the log. */
export interface ReadResult {
  readonly outcome: DocumentedOutcome;
  /** Null when all of it came. */
  readonly cut: string | null;
}

/**
 * Reads what became of a program, and hands each file to `receive` while it comes. Nothing is believed: names, sizes and numbers are
 * checked again. A result whose files do not come is a result all the same: those are said to be missing.
 * @param expected.runId of the program's document
 * @param expected.collect limits of the program
 * @throws DocumentError when there is no result of this program to read; what `receive` and, before the first file, `content` throw
 */
export async function readResultDocument(
  content: AsyncIterable<Uint8Array>,
  expected: {
    readonly runId: string;
    readonly collect: SandboxCollectLimits;
    readonly receive: (
      file: { readonly name: string; readonly sizeBytes: number },
      content: AsyncIterable<Uint8Array>,
    ) => Promise<void>;
  },
): Promise<ReadResult> {
  const own = { document: DOCUMENT, headerBytes: HEADER_BYTES, files: MOST_FILES };
  const document = await openDocument(content, own);
  if (document.header.get("run_id") !== expected.runId) {
    throw new DocumentError("malformed", "The result is of another program");
  }
  const outcome = toOutcome(document.header);
  const isAllowed = createTally(expected.collect);
  if (!document.files.every(isAllowed)) {
    throw new DocumentError("malformed", "The result has a file that may not come");
  }
  const cut = await receiveAll(document, expected.receive);
  return { outcome: cut === null ? outcome : withoutRest(outcome), cut };
}

/** @returns why not all files came; null when they did */
async function receiveAll(
  document: OpenDocument,
  receive: (file: DocumentFile, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<string | null> {
  let cut: string | null = null;

  /** Tells what is wrong with the document from what is wrong with its reader. */
  async function* watch(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      cut ??= error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  try {
    for (const file of document.files) await receive(file, watch(file.content));
    await document.finish();
  } catch (error) {
    if (error instanceof DocumentError) cut ??= error.message;
    if (cut === null) throw error;
  }
  return cut;
}

function withoutRest(outcome: DocumentedOutcome): DocumentedOutcome {
  if (outcome.kind === "refused") return outcome;
  const { result } = outcome;
  const rest = { name: "the remaining files", reason: "could not be read" };
  return {
    ...outcome,
    result: { ...result, skippedFiles: [...result.skippedFiles.slice(0, MOST_SKIPPED - 1), rest] },
  };
}

function toOutcome(header: ReadonlyMap<string, unknown>): DocumentedOutcome {
  const result = toFields(header.get("result"));
  if (header.get("outcome") === "ran" && result !== null) return { kind: "ran", result: toResult(result) };
  const code = REFUSALS.find((known) => known === header.get("code"));
  if (header.get("outcome") !== "refused" || code === undefined) throw malformed();
  return { kind: "refused", code, message: toText(header.get("message"), LONGEST_SENTENCE) };
}

function toResult(fields: ReadonlyMap<string, unknown>): DocumentedResult {
  const status = STATUSES.find((known) => known === fields.get("status"));
  if (status === undefined) throw malformed();
  const signal = fields.get("signal");
  return {
    status,
    exitCode: fields.get("exit_code") === null ? null : toNumber(fields.get("exit_code")),
    signal: signal === null ? null : toText(signal, 20),
    stdout: toText(fields.get("stdout")),
    stderr: toText(fields.get("stderr")),
    truncated: fields.get("truncated") === true,
    engine: toText(fields.get("engine"), 40),
    start: fields.get("start") === "warm" ? "warm" : "cold",
    limit: LIMITS.find((known) => known === fields.get("limit")) ?? null,
    wallMs: toNumber(fields.get("wall_ms")),
    skippedFiles: toList(fields.get("skipped"), MOST_SKIPPED).map((entry) => {
      const [name, reason] = toList(entry, 2);
      return { name: toText(name, LONGEST_NAME), reason: toText(reason, LONGEST_SENTENCE) };
    }),
    unchangedFiles: toList(fields.get("unchanged"), MOST_FILES).map((name) => toText(name, LONGEST_NAME)),
  };
}

function malformed(): DocumentError {
  return new DocumentError("malformed", "The result's document lacks a field");
}

function toText(value: unknown, longest = HEADER_BYTES): string {
  if (typeof value !== "string" || value.length > longest) throw malformed();
  return value.toWellFormed();
}

function toNumber(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw malformed();
  return value;
}

function toList(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw malformed();
  return value;
}
