import type { Operation } from "#shared/contract/operation.ts";
import type { Answer } from "../../support/post.ts";
import type { RunningServer } from "../../support/start-server.ts";
import type { ToolResult } from "./connect.ts";

/** Calls an operation over plain HTTP, with the arguments of its tool. */
export async function callOverHttp(
  server: RunningServer,
  { method, path, request, parameters = {} }: Operation,
  given: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const names = Object.keys(parameters);
  const filled = names.reduce(
    (text, name) => text.replace(`{${name}}`, encodeURIComponent(String(given[name]))),
    path as string,
  );
  const query = Object.entries(given).filter(([name]) => request === null && !names.includes(name));
  const search = new URLSearchParams(query.map(([name, value]) => [name, String(value)]));
  const response = await server.request(search.size === 0 ? filled : `${filled}?${search}`, {
    method,
    ...(request === null
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(given) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** What one call says of itself alone: times, and names that are made anew each time. */
const OWN = new Set([
  "request_id",
  "timestamp",
  "execution_time",
  "execution_id",
  "query_id",
  "start",
  "retry_after_seconds",
  "next_page_token",
  "started_at",
]);

/** A copy without what differs from call to call; links keep their file's name. */
export function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (typeof value === "string") return value.replaceAll(/\/files\/[^/]+\//g, "/files/TOKEN/");
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !OWN.has(name));
  return Object.fromEntries(kept.map(([name, held]) => [name, withoutOwn(held)]));
}

/** The JSON that stands as text in a tool's result. */
export function bodyOf({ content }: ToolResult): Record<string, unknown> {
  for (const { text } of content) {
    if (typeof text === "string" && text.startsWith("{")) return JSON.parse(text);
  }
  throw new Error("The result holds no JSON.");
}
