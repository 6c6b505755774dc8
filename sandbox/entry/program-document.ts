import { ENGINE_CHOICES, type EngineChoice } from "#shared/contract/execute/execute-code.ts";
import { LANGUAGES, type Language } from "#shared/contract/execute/languages.ts";
import { DocumentError, type DocumentFile, encodeDocument, openDocument, toFields } from "./document.ts";
import { isSignedAddress } from "./signed-address.ts";

/** A program on its way to a sandbox on another machine: the fields of the executor's port and of the supervisor. */
export interface DocumentedProgram {
  readonly language: Language;
  readonly code: string;
  readonly stdin: string;
  readonly engine: EngineChoice;
  /** Wall time after which the run is ended. */
  readonly timeoutMs: number;
  readonly files: readonly DocumentFile[];
  readonly collect: { readonly files: number; readonly fileBytes: number; readonly totalBytes: number };
  readonly svg: boolean;
}

/** Where a run is handed over whose caller goes: addresses that are signed for this run, each good for one thing and for minutes. */
export interface HandOverAddresses {
  /** Takes the claim to the run, once. */
  readonly claimUrl: string;
  /** Gives the claim. */
  readonly claimedUrl: string;
  /** Takes the result, once. */
  readonly outUrl: string;
}

/** One program and the name of its run, which its result repeats. */
export interface ProgramDocument {
  /** 16 to 64 characters of base64url that nobody can guess: a result with another one is of another program. */
  readonly runId: string;
  readonly program: DocumentedProgram;
  /** Null for a run that ends with its caller, or has none. */
  readonly handOver: HandOverAddresses | null;
}

const DOCUMENT = "program";
/** The text of a request, with its escapes. */
const HEADER_BYTES = 32 * 1024 * 1024;
const MOST_FILES = 10_000;
/** The contract's own limit is half of it. */
const LONGEST_TIMEOUT_MS = 60_000;
const RUN_ID = /^[\w-]{16,64}$/;

/**
 * Writes a program, with the contents of its files as they come.
 * @throws DocumentError `wrong_size` when a file has another size than announced; what a content throws
 */
export function encodeProgramDocument({
  runId,
  program,
  handOver = null,
}: Omit<ProgramDocument, "handOver"> & Partial<ProgramDocument>): AsyncGenerator<Uint8Array> {
  const { language, code, stdin, engine, timeoutMs, files, collect, svg } = program;
  const header = {
    document: DOCUMENT,
    run_id: runId,
    language,
    code,
    stdin,
    engine,
    timeout_ms: timeoutMs,
    collect: { files: collect.files, file_bytes: collect.fileBytes, total_bytes: collect.totalBytes },
    svg,
    hand_over: handOver && {
      claim_url: handOver.claimUrl,
      claimed_url: handOver.claimedUrl,
      out_url: handOver.outUrl,
    },
  };
  return encodeDocument(header, files);
}

/**
 * Reads a program; the contents of its files come while they are read.
 * @throws DocumentError; what `content` throws
 */
export async function readProgramDocument(content: AsyncIterable<Uint8Array>): Promise<ProgramDocument> {
  const expected = { document: DOCUMENT, headerBytes: HEADER_BYTES, files: MOST_FILES };
  const { header, files } = await openDocument(content, expected);
  const language = LANGUAGES.find((name) => name === header.get("language"));
  const engine = ENGINE_CHOICES.find((name) => name === header.get("engine"));
  const runId = toText(header.get("run_id"));
  if (language === undefined || engine === undefined || !RUN_ID.test(runId)) throw malformed();
  const limits = toFields(header.get("collect")) ?? new Map<string, unknown>();
  return {
    runId,
    program: {
      language,
      engine,
      code: toText(header.get("code")),
      stdin: toText(header.get("stdin")),
      timeoutMs: toCount(header.get("timeout_ms"), LONGEST_TIMEOUT_MS),
      files,
      collect: {
        files: toCount(limits.get("files")),
        fileBytes: toCount(limits.get("file_bytes")),
        totalBytes: toCount(limits.get("total_bytes")),
      },
      svg: header.get("svg") === true,
    },
    handOver: toHandOver(header.get("hand_over") ?? null),
  };
}

function toHandOver(value: unknown): HandOverAddresses | null {
  if (value === null) return null;
  const fields = toFields(value) ?? new Map<string, unknown>();
  return {
    claimUrl: toAddress(fields.get("claim_url")),
    claimedUrl: toAddress(fields.get("claimed_url")),
    outUrl: toAddress(fields.get("out_url")),
  };
}

function toAddress(value: unknown): string {
  const address = toText(value);
  if (!isSignedAddress(address)) throw malformed();
  return address;
}

function malformed(): DocumentError {
  return new DocumentError("malformed", "The program's document lacks a field");
}

function toText(value: unknown): string {
  if (typeof value !== "string") throw malformed();
  return value;
}

function toCount(value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > most)
    throw malformed();
  return value;
}
