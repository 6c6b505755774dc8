import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import { AppError } from "#shared/errors/app-error.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import { toErrorResult } from "./results/to-result.ts";
import type { Caller, Tool } from "./tools/tool.ts";

/** The first word of progress comes after so long, and then again and again. */
const PROGRESS_MS = 2_000;

/** What a call of a tool is made in. */
export interface CallContext {
  readonly caller: Caller;
  readonly requestId: string;
  /** Ends with the HTTP request, and when the client cancels. */
  readonly signal: AbortSignal;
  readonly context: ServerContext;
}

/**
 * Calls a tool. Whatever goes wrong is the tool's result, so that the model reads it and can do better; a call that was cancelled has
 * no reader any more, and its end is the function's to bring about.
 */
export async function callTool(tool: Tool, given: unknown, call: CallContext): Promise<CallToolResult> {
  const { caller, requestId, context } = call;
  const signal = AbortSignal.any([call.signal, context.mcpReq.signal]);
  const endProgress = reportProgress(tool, context);
  try {
    return await tool.call(given ?? {}, caller, signal);
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.cause !== undefined && !signal.aborted) {
      caller.logger.log("ERROR", error.message, { tool: tool.name, ...describeCause(error.cause) });
    }
    return toErrorResult(error, requestId);
  } finally {
    endProgress();
  }
}

/** Tells the client that asked for it, every two seconds, how long the call has been going on; nobody knows how long it will. */
function reportProgress({ name }: Tool, { mcpReq }: ServerContext): () => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const progress = Math.round((performance.now() - startedAt) / 1000);
    const message = `${name} has been running for ${progress} s.`;
    const notification = { method: "notifications/progress", params: { progressToken, progress, message } };
    // A client that has left is noticed by its request.
    mcpReq.notify(notification).catch(() => undefined);
  }, PROGRESS_MS);
  return () => clearInterval(timer);
}
