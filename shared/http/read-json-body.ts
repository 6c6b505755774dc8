import { AppError } from "../errors/app-error.ts";

/** How long a body may take to arrive. */
const BODY_DEADLINE_MS = 10_000;

const tooLarge = (limitBytes: number): AppError =>
  new AppError(
    "body_too_large",
    `The body is larger than the ${limitBytes} bytes that this operation takes. Send less.`,
  );

/**
 * Refuses by its headers a body that would not be read: compressed (nothing is ever inflated), or larger than the limit.
 * @throws AppError `unsupported_encoding` or `body_too_large`
 */
export function refuseBodyByHeaders(headers: Headers, limitBytes: number): void {
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.trim().toLowerCase() !== "identity") {
    throw new AppError(
      "unsupported_encoding",
      "Compressed bodies are not taken. Send the body without Content-Encoding.",
    );
  }
  if (Number(headers.get("content-length") ?? 0) > limitBytes) throw tooLarge(limitBytes);
}

/**
 * Reads a JSON body of at most `limitBytes`.
 * @returns the parsed value; its shape is not checked
 * @throws AppError `unsupported_media_type`, `body_required`, `body_too_large`, `request_timeout` or `malformed_json`
 */
export async function readJsonBody(request: Request, limitBytes: number): Promise<unknown> {
  refuseOtherTypes(request.headers.get("content-type"));
  const bytes = await readBytes(request, limitBytes);
  if (bytes.length === 0) {
    throw new AppError(
      "body_required",
      "This operation needs a JSON body. Send one with Content-Type: application/json.",
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new AppError(
      "malformed_json",
      "The body is not valid JSON in UTF-8. Check quotes, commas and escapes.",
    );
  }
}

/**
 * Reads a body of at most `limitBytes` as it is; empty when there is none.
 * @throws AppError `body_too_large` or `request_timeout`
 */
export async function readBytes(request: Request, limitBytes: number): Promise<Buffer> {
  return request.body === null ? Buffer.alloc(0) : await collect(request.body, limitBytes);
}

function refuseOtherTypes(contentType: string | null): void {
  if (contentType === null) return;
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || /^application\/[\w.-]+\+json$/.test(type)) return;
  throw new AppError(
    "unsupported_media_type",
    "The body must be JSON. Send it with Content-Type: application/json.",
  );
}

async function collect(body: ReadableStream<Uint8Array>, limitBytes: number): Promise<Buffer> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel().catch(() => undefined);
  }, BODY_DEADLINE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late)
        throw new AppError("request_timeout", "The body did not arrive within 10 s. Send it again, at once.");
      if (done) return Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}
