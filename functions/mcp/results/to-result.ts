import type { CallToolResult } from "@modelcontextprotocol/server";
import type { AppError } from "#shared/errors/app-error.ts";
import { toErrorBody } from "#shared/http/render-error.ts";
import type { FunctionAnswer, JsonObject } from "../client/function-client.ts";

/**
 * A function's answer as a tool's result. An answer that fits the tool's output schema is structured content and, as the same JSON, text;
 * one that refuses or failed is an error whose first text is the sentence for the model.
 *
 * @param shown what stands after the JSON: images and links
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#structured-content
 */
export function toResult(answer: FunctionAnswer, shown: CallToolResult["content"] = []): CallToolResult {
  const { status, body } = answer;
  const json = textOf(JSON.stringify(body));
  if (status >= 400) return refuse(answer, json);
  const failed = body["success"] === false && typeof body["code"] === "string";
  if (!failed) return { content: [json, ...shown], structuredContent: { ...body } };
  const sentence = typeof body["error"] === "string" ? [textOf(body["error"])] : [];
  return { content: [...sentence, json, ...shown], structuredContent: { ...body }, isError: true };
}

/** An error that arose before a function was asked, in the words that a function would have used. */
export function toErrorResult(error: AppError, requestId: string): CallToolResult {
  return toResult({
    status: error.status,
    body: toErrorBody(error, requestId),
    retryAfterSeconds: error.retryAfterSeconds ?? null,
    challenge: error.headers["www-authenticate"] ?? null,
  });
}

/** Refusals do not fit the output schema, which clients check: they carry no structured content. */
function refuse({ body, retryAfterSeconds, challenge }: FunctionAnswer, json: TextContent): CallToolResult {
  const wait = retryAfterSeconds === null ? "" : ` Retry after ${retryAfterSeconds} s.`;
  return {
    content: [textOf(`${sentenceOf(body)}${wait}`), json],
    isError: true,
    // ChatGPT starts a sign-in for more scopes by this (https://developers.openai.com/apps-sdk/build/auth).
    ...(challenge === null ? {} : { _meta: { "mcp/www_authenticate": [challenge] } }),
  };
}

interface TextContent {
  readonly type: "text";
  readonly text: string;
}

function sentenceOf(body: JsonObject): string {
  return typeof body["error"] === "string" ? body["error"] : "The call was refused.";
}

function textOf(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}
