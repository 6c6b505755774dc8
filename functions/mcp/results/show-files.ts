import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Execution } from "#shared/contract/execute/execution.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { FunctionAnswer } from "../client/function-client.ts";
import type { Caller } from "../tools/tool.ts";

/** Images that a result shows: clients put every one of them before their model. */
const IMAGES = { count: 6, imageBytes: 2 * 1024 * 1024, totalBytes: 5 * 1024 * 1024 } as const;

/** For all pictures of a result together: the program's answer waits for them. */
const READ_MS = 8_000;

const IMAGE_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

type Content = CallToolResult["content"];

/** The part of an execution that is files. */
type Shown = Pick<Execution, "charts" | "files">;

/**
 * What a program left, as a client shows it: charts and pictures as images, every file as a link. Pictures beyond the bounds stay links,
 * and so does one that cannot be read: the program's answer is there whatever becomes of its pictures.
 */
export async function showFiles(
  { status, body }: FunctionAnswer,
  caller: Caller,
  signal: AbortSignal,
): Promise<Content> {
  if (status >= 400) return [];
  const { charts = [], files = [] } = body as Shown;
  const pictures = [
    ...charts.map(({ image_url }) => image_url),
    ...files.filter(({ mime_type }) => IMAGE_TYPES.has(mime_type)).map(({ url }) => url),
  ];
  const images = await readImages(pictures, caller, signal);
  const links = files.map(({ name, url, mime_type, size_bytes }) => ({
    type: "resource_link" as const,
    uri: url,
    name,
    mimeType: mime_type,
    size: size_bytes,
  }));
  const left = charts
    .filter(({ image_url }) => !images.has(image_url))
    .map(({ image_url, title }) => ({
      type: "resource_link" as const,
      uri: image_url,
      name: title ?? "chart",
      mimeType: "image/png",
    }));
  return [...images.values(), ...left, ...links];
}

async function readImages(
  urls: readonly string[],
  caller: Caller,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Content[number]>> {
  const images = new Map<string, Content[number]>();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
  let room: number = IMAGES.totalBytes;
  for (const url of urls.slice(0, IMAGES.count)) {
    const limitBytes = Math.min(IMAGES.imageBytes, room);
    const download = await readLink(url, limitBytes, caller, deadline);
    signal.throwIfAborted();
    if (download?.kind !== "file" || !IMAGE_TYPES.has(download.mimeType)) continue;
    room -= download.bytes.byteLength;
    images.set(url, {
      type: "image",
      data: download.bytes.toString("base64"),
      mimeType: download.mimeType,
    });
  }
  return images;
}

async function readLink(
  url: string,
  limitBytes: number,
  { functions, logger }: Caller,
  deadline: AbortSignal,
) {
  const path = toFilePath(url);
  if (path === null) return null;
  try {
    return await functions.download(path, limitBytes, deadline);
  } catch (thrown) {
    logger.log("WARNING", "A picture of an answer could not be read.", { ...describeCause(thrown) });
    return null;
  }
}

/** The path of a link to a file; null for any other address. The link's host is not asked: the function is. */
export function toFilePath(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname } = new URL(url);
  const found = /\/(?:execute\/)?files\/([^/]+\/.+)$/.exec(pathname)?.[1];
  return found === undefined ? null : `/execute/files/${found}`;
}
