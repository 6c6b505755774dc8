import { AppError } from "#shared/errors/app-error.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { OutputFile, ReceiveFile, SkippedFile } from "../executor/executor.ts";
import { toMimeType } from "../mime-type.ts";
import { type ParsedResults, parseResults } from "../results/parse-results.ts";
import type { StoredChart, StoredFile, StoredResults } from "./execution-record.ts";
import { fileKeyOf } from "./execution-store.ts";

/** Takes what a program leaves, and says at the end what it was. */
export interface Collector {
  readonly receive: ReceiveFile;
  /** @param skippedFiles what the executor did not hand over */
  finish(skippedFiles: readonly SkippedFile[]): StoredResults;
  /** Everything that the program left, also what is too large for an answer: for its session. */
  readonly files: readonly StoredFile[];
}

/** The folder that the sandbox's own code writes charts and tables to. */
const RESULTS_FOLDER = ".results/";
const RESULTS_FILE = `${RESULTS_FOLDER}results.json`;
const RESULTS_BYTES = 512 * 1024;
const MEGABYTE = 1024 * 1024;

/** Puts each file into the store as it comes, where it stays until `expiresAt`. */
export function createCollector(options: {
  readonly store: ObjectStore;
  readonly owner: string;
  readonly executionId: string;
  readonly expiresAt: Date;
  /** What an answer holds at most. */
  readonly limits: { readonly count: number; readonly fileBytes: number };
  /** True when a file that cannot be kept is a failure, and not one file less: a session would have lost it. */
  readonly isComplete: boolean;
}): Collector {
  const { store, owner, executionId, expiresAt, limits, isComplete } = options;
  const lost: SkippedFile[] = [];
  const files: StoredFile[] = [];
  const images = new Map<string, StoredFile>();
  let results: ParsedResults = { charts: [], tableMarkdown: null };

  async function keep(
    { name, sizeBytes }: OutputFile,
    content: AsyncIterable<Uint8Array>,
  ): Promise<StoredFile> {
    const key = fileKeyOf(owner, executionId, files.length + images.size);
    await store.put(key, content, { expiresAt });
    return { name, sizeBytes, mimeType: toMimeType(name), key };
  }

  async function take(file: OutputFile, content: AsyncIterable<Uint8Array>): Promise<void> {
    if (file.name === RESULTS_FILE) {
      const bytes = await readAll(content, RESULTS_BYTES);
      if (bytes !== null) results = parseResults(bytes);
    } else if (file.name.startsWith(RESULTS_FOLDER)) {
      const name = file.name.slice(RESULTS_FOLDER.length);
      images.set(name, await keep({ ...file, name }, content));
    } else {
      files.push(await keep(file, content));
    }
  }

  return {
    files,
    async receive(file, content) {
      try {
        await take(file, content);
      } catch (error) {
        if (isComplete || !isStorageFault(error)) throw error;
        lost.push({ name: file.name, reason: "could not be kept: the server's storage is full or gone" });
      }
    },
    finish(skippedFiles) {
      const fitting = files.filter(({ sizeBytes }) => sizeBytes <= limits.fileBytes);
      const shown = fitting.slice(0, limits.count);
      const tooLarge = files
        .filter(({ sizeBytes }) => sizeBytes > limits.fileBytes)
        .map(({ name }) => ({ name, reason: `is larger than ${limits.fileBytes / MEGABYTE} MiB` }));
      const tooMany = fitting
        .slice(limits.count)
        .map(({ name }) => ({ name, reason: `is one of more than ${limits.count} files` }));
      return {
        files: shown,
        skippedFiles: [...lost, ...skippedFiles, ...tooLarge, ...tooMany].slice(0, MOST_SKIPPED),
        charts: results.charts.flatMap((chart): StoredChart[] => {
          const image = images.get(chart.image);
          if (image === undefined) return [];
          return [{ chart, image, svg: (chart.svg && images.get(chart.svg)) || null }];
        }),
        tableMarkdown: results.tableMarkdown,
      };
    },
  };
}

const MOST_SKIPPED = 50;

function isStorageFault(error: unknown): boolean {
  return error instanceof AppError && error.code === "storage_unavailable";
}

/** @returns null when there is more than `limit`; all of it is read */
async function readAll(content: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.byteLength;
    if (size <= limit) pieces.push(piece);
  }
  return size <= limit ? Buffer.concat(pieces) : null;
}
