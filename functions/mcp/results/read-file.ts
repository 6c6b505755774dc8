import type { CallToolResult } from "@modelcontextprotocol/server";
import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Caller } from "../tools/tool.ts";
import { toResult } from "./to-result.ts";

/** What one answer carries of a file; links carry more. */
const FILE_LIMIT_BYTES = 2 * 1024 * 1024;

const TEXT_TYPE =
  /^(?:text\/.+|application\/(?:json|xml|yaml|javascript|x-ndjson|sql)|image\/svg\+xml|.+\+(?:json|xml))$/;

type Content = CallToolResult["content"][number];

/**
 * Reads a file that a program left, as a tool's result.
 * @param path of `get_file`, with token and name encoded
 * @throws AppError `answer_too_large` for a file that no answer should carry
 */
export async function readFile(path: string, caller: Caller, signal: AbortSignal): Promise<CallToolResult> {
  const url = `${caller.baseUrl}${path}`;
  const download = await caller.functions.download(path, FILE_LIMIT_BYTES, signal);
  if (download.kind === "refused") return toResult(download.answer);
  if (download.kind === "too-large") throw tooLarge(url);
  const { bytes, mimeType } = download;
  const facts = {
    name: nameOf(path),
    mime_type: mimeType,
    size_bytes: bytes.byteLength,
    url,
  };
  const text = TEXT_TYPE.test(mimeType) ? decode(bytes) : null;
  if (text !== null && text.length > ANSWER_LIMIT_CHARACTERS) throw tooLarge(url);
  return {
    content: [{ type: "text", text: JSON.stringify(facts) }, toContent(facts, bytes, text)],
    structuredContent: facts,
  };
}

function toContent(
  { mime_type, url }: { readonly mime_type: string; readonly url: string },
  bytes: Buffer,
  text: string | null,
): Content {
  if (text !== null) return { type: "text", text };
  const data = bytes.toString("base64");
  if (/^image\/(?:png|jpeg|gif|webp)$/.test(mime_type)) return { type: "image", data, mimeType: mime_type };
  return { type: "resource", resource: { uri: url, mimeType: mime_type, blob: data } };
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function nameOf(path: string): string {
  return decodeURIComponent(path.split("/").slice(4).join("/"));
}

function tooLarge(url: string): AppError {
  return new AppError(
    "answer_too_large",
    `The file is larger than an answer may be. Show the user the link ${url}, or read a part of it with execute_code and its session_id.`,
  );
}
