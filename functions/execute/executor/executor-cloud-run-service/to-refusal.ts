import { AppError } from "#shared/errors/app-error.ts";
import type { Logger } from "#shared/observability/logger.ts";

const RETRY_SECONDS = 2;

/**
 * What the service, or Cloud Run before it, says instead of a result, in words for the public.
 * @returns null for a status that leaves open whether the program has run
 */
export function toRefusal(status: number, logger: Logger): AppError | null {
  logger.log("ERROR", "The sandbox's service gave no result", { status });
  switch (status) {
    case 401:
    case 403:
      return new AppError(
        "sandbox_unavailable",
        "The function may not call the sandbox's service: grant its account roles/run.invoker on that service.",
      );
    case 404:
      return new AppError(
        "sandbox_unavailable",
        "There is no sandbox service at its address: set SANDBOX_SERVICE_URL to the address of the deployed service.",
      );
    case 400:
      return new AppError(
        "sandbox_unavailable",
        "The sandbox's service does not understand the function: deploy both from the same commit.",
      );
    case 413:
      return new AppError(
        "invalid_file",
        "The program's files are too large for the sandbox's service: send less.",
      );
    case 429:
      return new AppError(
        "overloaded",
        "All containers of the sandbox are busy: send the program again in a moment.",
        { retryAfterSeconds: RETRY_SECONDS },
      );
    default:
      return null;
  }
}
