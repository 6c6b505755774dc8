import { INPUT_FILES } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { ClaimedNames } from "./claimed-names.ts";
import { isPrintable, parseFileName, sanitiseFileName } from "./parse-file-name.ts";

/** A file that a request gives by its content or its URL. */
interface GivenFile {
  readonly name: string;
  readonly content_base64?: string | undefined;
  readonly url?: string | undefined;
}

/** The fields of a request that carry files. */
export interface InputFilesRequest {
  readonly files?: readonly GivenFile[] | undefined;
  /** Declared to ChatGPT as strings, filled by it with `{name, id, mime_type, download_link}`. */
  readonly openaiFileIdRefs?: readonly unknown[] | undefined;
}

/** A file with a name that no other has, and where its content comes from: either one or the other. */
export interface NamedSource {
  readonly name: string;
  /** How a sentence names the file. */
  readonly label: string;
  readonly base64: string | null;
  readonly url: string | null;
  readonly expectsHtml: boolean;
}

/**
 * Names the files of a request. What callers name is taken as it is or refused; what ChatGPT names is made fit.
 * @throws AppError `invalid_file`
 */
export function nameSources(request: InputFilesRequest, names: ClaimedNames): readonly NamedSource[] {
  const { files = [], openaiFileIdRefs = [] } = request;
  if (files.length + openaiFileIdRefs.length > INPUT_FILES.count) {
    throw new AppError("invalid_file", `Send at most ${INPUT_FILES.count} files, of both kinds together.`);
  }
  const given = files.map((file, index) => nameGiven(file, `files[${index}]`, names));
  return [...given, ...openaiFileIdRefs.map((entry, index) => nameReferred(entry, index, names))];
}

function nameGiven(file: GivenFile, position: string, names: ClaimedNames): NamedSource {
  const label = toLabel(file.name, position);
  const parsed = parseFileName(file.name);
  if (!parsed.ok)
    throw new AppError("invalid_file", `${label} has a name that does not fit: it ${parsed.problem}.`);
  const { content_base64: base64, url } = file;
  if ((base64 === undefined) === (url === undefined)) {
    throw new AppError("invalid_file", `${label} needs either content_base64 or url: give one of the two.`);
  }
  const obstacle = names.claim(parsed.name);
  if (obstacle !== null) {
    const other = isPrintable(obstacle) ? `"${obstacle}"` : "another file";
    const sentence = `${label} cannot stand beside ${other}: the names are or look the same, or one is the other's folder. Rename one.`;
    throw new AppError("invalid_file", sentence);
  }
  return {
    name: parsed.name,
    label,
    base64: base64 ?? null,
    url: url ?? null,
    expectsHtml: isHtmlName(parsed.name),
  };
}

function nameReferred(entry: unknown, index: number, names: ClaimedNames): NamedSource {
  const position = `openaiFileIdRefs[${index}]`;
  const link = readText(entry, "download_link");
  if (link === null) {
    const what = typeof entry === "string" ? "is a text" : "has no download_link";
    const sentence = `${position} ${what}: attach the file to the conversation, so that ChatGPT sends its link, or send it in files.`;
    throw new AppError("invalid_file", sentence);
  }
  const name = names.claimSimilar(sanitiseFileName(readText(entry, "name") ?? "", `file-${index + 1}`));
  const expectsHtml = isHtmlName(name) || readText(entry, "mime_type") === "text/html";
  return { name, label: toLabel(name, position), base64: null, url: link, expectsHtml };
}

function toLabel(name: string, position: string): string {
  return isPrintable(name) ? `The file "${name}"` : `The file at ${position}`;
}

function isHtmlName(name: string): boolean {
  return /\.x?html?$/i.test(name);
}

/** The text of one field of something from outside, or null. */
function readText(entry: unknown, field: string): string | null {
  if (typeof entry !== "object" || entry === null) return null;
  const value: unknown = Reflect.get(entry, field);
  return typeof value === "string" ? value : null;
}
