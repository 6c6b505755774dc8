import { type ReadResourceResult, ResourceNotFoundError } from "@modelcontextprotocol/server";
import type { FunctionAnswer } from "../client/function-client.ts";
import { toFilePath } from "../results/show-files.ts";
import { parseItemAddress } from "../search/item.ts";
import { readItem } from "../search/read-item.ts";
import type { Caller } from "../tools/tool.ts";
import { toProtocolError } from "./to-protocol-error.ts";

/** A file larger than this is read by its link. */
const FILE_LIMIT_BYTES = 2 * 1024 * 1024;

/**
 * Reads what an address names: a dataset, a table, or a file that a program left, whose links stand in tools' results.
 * @throws ResourceNotFoundError for every address that names nothing here
 * @throws ProtocolError in the function's own words
 */
export async function readResource(
  uri: string,
  caller: Caller,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const item = parseItemAddress(uri);
  if (item !== null) {
    const answer = await readItem(item, caller.functions, signal);
    refuse(answer, uri);
    return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify(answer.body) }] };
  }
  const path = uri.startsWith(`${caller.baseUrl}/`) ? toFilePath(uri) : null;
  if (path === null) throw notFound(uri);
  const download = await caller.functions.download(path, FILE_LIMIT_BYTES, signal);
  if (download.kind === "refused") {
    refuse(download.answer, uri);
    throw notFound(uri);
  }
  if (download.kind === "too-large") {
    const error = "The file is larger than 2 MiB: open its link instead.";
    throw toProtocolError({ status: 422, body: { error } });
  }
  const { mimeType, bytes } = download;
  return { contents: [{ uri, mimeType, blob: bytes.toString("base64") }] };
}

function refuse(answer: FunctionAnswer, uri: string): void {
  if (answer.status === 404 || answer.status === 400) throw notFound(uri);
  if (answer.status >= 400) throw toProtocolError(answer);
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#error-handling */
function notFound(uri: string): ResourceNotFoundError {
  return new ResourceNotFoundError(
    uri.slice(0, 500),
    "There is no such resource. resources/list and list_tables tell what there is.",
  );
}
