import { INPUT_FILES } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { InputFile } from "../executor/executor.ts";
import { createClaimedNames } from "./claimed-names.ts";
import { base64Bytes, decodeBase64 } from "./decode-base64.ts";
import { fetchTogether } from "./fetch-together.ts";
import type { FileFetcher } from "./file-fetcher.ts";
import { type InputFilesRequest, type NamedSource, nameSources } from "./name-sources.ts";

const CHUNK_BYTES = 64 * 1024;

/** What the files come through. */
export interface PrepareOptions {
  readonly fetcher: FileFetcher;
  /** Aborts what is being fetched. */
  readonly signal: AbortSignal;
}

/**
 * Turns the files of a request into what a program finds in its working folder. Everything that the request alone tells is checked
 * before the first file is fetched. The contents are held in memory: inline at most 20 MiB, fetched at most 10 files of 10 MiB, so
 * at most 100 MiB a request.
 * @throws AppError `invalid_file` or `file_not_fetched`, with a sentence that names the file; the signal's reason when it aborts
 */
export async function prepareInputFiles(
  request: InputFilesRequest,
  { fetcher, signal }: PrepareOptions,
): Promise<readonly InputFile[]> {
  const sources = nameSources(request, createClaimedNames());
  refuseTooMuch(sources);
  const decoded = new Map<NamedSource, Buffer>();
  for (const source of sources) {
    if (source.base64 !== null) decoded.set(source, decode(source, source.base64));
  }
  const toFetch = sources.flatMap(({ name, label, url, expectsHtml }) =>
    url === null ? [] : [{ name, label, url, expectsHtml }],
  );
  const fetched = await fetchTogether(toFetch, { fetcher, signal });
  const contents = sources.map((source) => decoded.get(source) ?? fetched.shift());
  return sources.map(({ name }, index) => toInputFile(name, contents[index] ?? Buffer.alloc(0)));
}

function refuseTooMuch(sources: readonly NamedSource[]): void {
  const bytes = sources.reduce((sum, { base64 }) => sum + base64Bytes(base64 ?? ""), 0);
  if (bytes <= INPUT_FILES.inlineBytes) return;
  const sentence =
    "The files with content_base64 are together larger than 20 MiB: send less, or give large ones as url.";
  throw new AppError("invalid_file", sentence);
}

function decode({ label }: NamedSource, base64: string): Buffer {
  const content = decodeBase64(base64);
  if (content !== null) return content;
  const sentence = `${label} has a content_base64 that is not base64: encode the whole content anew, without line breaks and without data: before it.`;
  throw new AppError("invalid_file", sentence);
}

function toInputFile(name: string, content: Buffer): InputFile {
  return { name, sizeBytes: content.length, content: { [Symbol.asyncIterator]: () => chunksOf(content) } };
}

async function* chunksOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES);
}
