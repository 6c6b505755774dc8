import type { SendToFunction } from "#functions/mcp/client/function-client.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Pipeline } from "#shared/http/pipeline.ts";

/**
 * Reaches the functions of this process through their own pipelines, without a socket: a server that stops takes no new connections,
 * not even its own, and still has to finish the calls that it took.
 * @param pipelineOf by a function's name
 */
export function createProcessSender(pipelineOf: (name: string) => Pipeline | undefined): SendToFunction {
  return ({ name, path, baseUrl, signal, ...init }) => {
    const pipeline = pipelineOf(name);
    if (pipeline === undefined) throw new Error(`This process has no function ${name}.`);
    const left = new AbortController();
    const leave = () => left.abort(toReason(signal.reason));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    const request = new Request(`${new URL(baseUrl).origin}${path}`, { ...init, signal: left.signal });
    return pipeline({ request, baseUrl });
  };
}

/** What the edge would have said of a caller who left. */
function toReason(reason: unknown): AppError {
  if (reason instanceof AppError) return reason;
  return new AppError(
    "client_closed_request",
    "The caller closed the connection before its answer was ready.",
  );
}
