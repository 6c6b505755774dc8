import type { IncomingHttpHeaders } from "node:http";

/** One call to the stand-in, as it arrived. */
export interface StorageCall {
  readonly method: string;
  /** As it was sent, with its encoding. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly api: "xml" | "json" | "upload";
}

/** What the stand-in answers. */
export interface StorageReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** An error in the words of the XML interface. */
export function xmlError(status: number, code: string, message: string): StorageReply {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml; charset=UTF-8" }, body: Buffer.from(body) };
}

/** An error in the words of the JSON interface. */
export function jsonError(status: number, reason: string, message: string): StorageReply {
  return jsonReply(status, {
    error: { code: status, message, errors: [{ message, domain: "global", reason }] },
  });
}

/** An error in the words of the interface that was called. */
export function errorFor(
  { api }: Pick<StorageCall, "api">,
  status: number,
  { code, reason, message }: { readonly code: string; readonly reason: string; readonly message: string },
): StorageReply {
  return api === "xml" ? xmlError(status, code, message) : jsonError(status, reason, message);
}

/** A value as a JSON answer. */
export function jsonReply(status: number, value: unknown): StorageReply {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: { "content-type": "application/json; charset=UTF-8" }, body };
}

/** Takes a call's address apart: which interface, which bucket, which object. */
export function parseCall(method: string, target: string, headers: IncomingHttpHeaders): StorageCall {
  const url = new URL(target, "http://storage");
  const query = url.searchParams;
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const base = { method, path: url.pathname, query, headers };
  // The tools of gcloud write /resumable before it.
  const upload = /^(?:\/resumable)?\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname);
  if (upload) return { ...base, api: "upload", bucket: upload[1] ?? "", key: query.get("name") ?? "" };
  if (url.pathname.startsWith("/storage/v1/b/"))
    return { ...base, api: "json", bucket: parts[3] ?? "", key: parts.slice(5).join("/") };
  return { ...base, api: "xml", bucket: parts[0] ?? "", key: parts.slice(1).join("/") };
}
