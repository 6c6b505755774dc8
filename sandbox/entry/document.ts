/** A file of a document. */
export interface DocumentFile {
  /** A relative path. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Read once. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Why a document is good for nothing. */
export type DocumentProblem = "malformed" | "truncated" | "oversized" | "wrong_size" | "wrong_version";

/** Not the document that was expected. The message is for the log, and holds nothing of the document. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  /** `wrong_size` is the writer's: a file has another size than announced. The others are the reader's. */
  readonly problem: DocumentProblem;

  constructor(problem: DocumentProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Both documents are of this version: whoever reads another one has been deployed from another commit. */
export const DOCUMENT_VERSION = 1;

const LINE_FEED = 0x0a;

/**
 * Writes a document: one line of JSON, then the contents of its files one after the other.
 * @throws DocumentError `wrong_size`; what a content throws
 */
export async function* encodeDocument(
  header: Readonly<Record<string, unknown>>,
  files: readonly DocumentFile[],
): AsyncGenerator<Uint8Array> {
  const names = files.map(({ name, sizeBytes }) => [name, sizeBytes]);
  yield Buffer.from(`${JSON.stringify({ version: DOCUMENT_VERSION, ...header, files: names })}\n`);
  for (const { sizeBytes, content } of files) {
    let left = sizeBytes;
    for await (const piece of content) {
      left -= piece.byteLength;
      if (left < 0) break;
      if (piece.byteLength > 0) yield piece;
    }
    if (left !== 0) throw new DocumentError("wrong_size", "A file has another size than announced");
  }
}

/** A document whose header has been read. */
export interface OpenDocument {
  readonly header: ReadonlyMap<string, unknown>;
  /**
   * Names and sizes are as announced: nothing is checked but that they are a string and a count. Contents are read in this order; what
   * was not read of a former one is passed over. Readers get DocumentError `truncated` when the document ends too early.
   */
  readonly files: readonly DocumentFile[];
  /** Passes over what was not read. @throws DocumentError `truncated`, or `oversized` when more comes than was announced */
  finish(): Promise<void>;
}

/**
 * Reads the first line of a document.
 * @param expected.document what the header calls itself
 * @param expected.headerBytes most bytes of the first line
 * @param expected.files most files
 * @throws DocumentError; what `content` throws
 */
export async function openDocument(
  content: AsyncIterable<Uint8Array>,
  expected: { readonly document: string; readonly headerBytes: number; readonly files: number },
): Promise<OpenDocument> {
  const source = createSource(content);
  const header = parseHeader(await source.readLine(expected.headerBytes), expected.document);
  const contents = createContents(source.take);
  let end = 0;
  const files = parseFiles(header.get("files"), expected.files).map(({ name, sizeBytes }) => {
    const start = end;
    end += sizeBytes;
    return { name, sizeBytes, content: contents.read(start, start + sizeBytes) };
  });
  return {
    header,
    files,
    async finish() {
      for await (const _piece of contents.read(end, end));
      if ((await source.take(1)) !== null) {
        throw new DocumentError("oversized", "The document goes on after its last file");
      }
    },
  };
}

/** What comes after the first line, in pieces between two places of it. */
function createContents(take: (mostBytes: number) => Promise<Uint8Array | null>) {
  let at = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: a reader may have asked for a piece that it no longer waits for. */
  function takeInTurn(until: number): Promise<Uint8Array> {
    const taken = last.then(async () => {
      if (at >= until) return new Uint8Array();
      const piece = await take(until - at);
      if (piece === null) throw new DocumentError("truncated", "The document ends before its last file");
      at += piece.byteLength;
      return piece;
    });
    last = taken.catch(() => undefined);
    return taken;
  }

  return {
    async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
      while ((await takeInTurn(start)).byteLength > 0);
      for (let piece = await takeInTurn(end); piece.byteLength > 0; piece = await takeInTurn(end))
        yield piece;
    },
  };
}

/** Takes bytes out of pieces as they come. */
function createSource(content: AsyncIterable<Uint8Array>) {
  const pieces = content[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();

  async function refill(): Promise<boolean> {
    while (rest.byteLength === 0) {
      const next = await pieces.next();
      if (next.done) return false;
      rest = next.value;
    }
    return true;
  }

  /** @returns at least one byte and at most `mostBytes`; null at the end */
  async function take(mostBytes: number): Promise<Uint8Array | null> {
    if (!(await refill())) return null;
    const piece = rest.subarray(0, mostBytes);
    rest = rest.subarray(piece.byteLength);
    return piece;
  }

  async function readLine(mostBytes: number): Promise<Buffer> {
    const line: Uint8Array[] = [];
    let size = 0;
    while (await refill()) {
      const end = rest.indexOf(LINE_FEED);
      const piece = await take(end === -1 ? rest.byteLength : end + 1);
      if (piece === null) break;
      size += piece.byteLength;
      if (size > mostBytes) throw new DocumentError("oversized", "The document's first line is too long");
      line.push(piece);
      if (end !== -1) return Buffer.concat(line);
    }
    throw new DocumentError("truncated", "The document ends in its first line");
  }

  return { take, readLine };
}

function parseHeader(line: Buffer, document: string): ReadonlyMap<string, unknown> {
  const header = toFields(parseJson(line));
  if (header?.get("document") !== document) {
    throw new DocumentError("malformed", `This is no ${document} document`);
  }
  if (header.get("version") !== DOCUMENT_VERSION) {
    throw new DocumentError("wrong_version", "The document has another version: deploy both sides together");
  }
  return header;
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return null;
  }
}

/** The fields of an object in JSON; null for anything else. */
export function toFields(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return new Map<string, unknown>(Object.entries(value));
}

function parseFiles(value: unknown, most: number): Omit<DocumentFile, "content">[] {
  if (!Array.isArray(value) || value.length > most) {
    throw new DocumentError("malformed", "The document lacks its files, or has too many");
  }
  return value.map((entry: unknown) => {
    const [name, sizeBytes]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof name !== "string" || typeof sizeBytes !== "number" || !isCount(sizeBytes)) {
      throw new DocumentError("malformed", "The document has a file without a name or a size");
    }
    return { name, sizeBytes };
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
