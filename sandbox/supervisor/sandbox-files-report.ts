import type { SandboxCollectLimits, SandboxOutput, SandboxSkipped } from "./sandbox-files.ts";
import type { FilesReport } from "./sandbox-report.ts";

const MOST_SKIPPED = 49;
const LONGEST_NAME = 256;
const MOST_LEFT_OUT = 10_000_000;
const MIB = 1024 * 1024;
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The supervisor's words for why a file is not handed over, as phrases for the public that follow the file's name. */
const PHRASES: ReadonlyMap<string, (limits: SandboxCollectLimits) => string> = new Map(
  Object.entries({
    link: () => "is a symbolic link",
    hard_link: () => "is a hard link: the file has more than one name",
    fifo: () => "is a named pipe",
    socket: () => "is a socket",
    device: () => "is a device",
    holes: () => "has holes: parts of it were never written",
    name: () => "has a name that is not UTF-8, has control characters or is longer than 255 bytes",
    reserved: () => "has the name of the program, but is a folder",
    deep: () => "lies too deep: at most 16 folders are searched",
    unreadable: () => "cannot be read",
    too_large: ({ fileBytes }) => `is larger than ${toMebibytes(fileBytes)}`,
    too_many: ({ files }) => `is one of more than ${files} files`,
    too_much: ({ totalBytes }) => `does not fit: all files together may have ${toMebibytes(totalBytes)}`,
  }),
);

function toMebibytes(bytes: number): string {
  return `${Math.round((bytes / MIB) * 10) / 10} MiB`;
}

/** Files that are spoken of together. */
export function toRest(name: string, reason: string): SandboxSkipped {
  return { name, reason };
}

/** Reads the announcement of a file; null when it is none. */
export function parseOutput(payload: Buffer): SandboxOutput | null {
  const fields = parseFields(payload);
  const name = fields.get("name");
  const sizeBytes = fields.get("size");
  if (typeof name !== "string" || !isCount(sizeBytes)) return null;
  return { name, sizeBytes };
}

/** Reads what comes after the last file; null when it is not what the supervisor sends. */
export function parseCollected(
  payload: Buffer,
  context: { readonly limits: SandboxCollectLimits; readonly inputs: readonly string[] },
): FilesReport | null {
  const fields = parseFields(payload);
  const told = fields.get("skipped");
  const indices = fields.get("unchanged");
  if (!Array.isArray(told) || !Array.isArray(indices)) return null;
  const skipped: readonly unknown[] = told;
  const unchanged = new Set<unknown>(indices);
  const shown = skipped.slice(0, MOST_SKIPPED).flatMap((entry) => toSkipped(entry, context.limits));
  const uncounted = fields.get("left_out");
  const leftOut =
    (isCount(uncounted) ? Math.min(uncounted, MOST_LEFT_OUT) : 0) + skipped.length - shown.length;
  return {
    skipped: leftOut === 0 ? shown : [...shown, toLeftOut(leftOut)],
    unchanged: context.inputs.filter((_, index) => unchanged.has(index)),
    cut: null,
  };
}

/** @returns one, or none when the supervisor would not say so */
function toSkipped(entry: unknown, limits: SandboxCollectLimits): SandboxSkipped[] {
  if (!Array.isArray(entry)) return [];
  const [name, reason]: readonly unknown[] = entry;
  const phrase = typeof reason === "string" ? PHRASES.get(reason) : undefined;
  if (typeof name !== "string" || phrase === undefined) return [];
  const shown = name.slice(0, LONGEST_NAME).toWellFormed().replaceAll(UNSEEN, "\ufffd");
  return [{ name: shown, reason: phrase(limits) }];
}

function toLeftOut(count: number): SandboxSkipped {
  if (count === 1) return toRest("1 more file", "is left out");
  return toRest(`${count.toLocaleString("en-US")} more files`, "are left out");
}

/** @returns no fields when it is no object in JSON */
function parseFields(payload: Buffer): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    return new Map<string, unknown>(Object.entries(value ?? {}));
  } catch {
    return new Map();
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
