import { DocumentError } from "#sandbox/entry/document.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";

const RETRY_SECONDS = 2;

/** What went wrong between the function and a container, in words for the public. */
export function toPublicError(error: unknown, logger: Logger): unknown {
  if (error instanceof DocumentError) {
    if (error.problem === "wrong_size") {
      const sentence = "A file has more or less content than was announced: send it again.";
      return new AppError("invalid_file", sentence);
    }
    logger.log("ERROR", "A container's result cannot be read", {
      ...describeCause(error),
      problem: error.problem,
    });
    return lost();
  }
  if (error instanceof GoogleCloudError) {
    const sentence = "The function cannot prove who it is to the sandbox's service: try again in a moment.";
    return new AppError("function_unavailable", sentence, { cause: error, retryAfterSeconds: RETRY_SECONDS });
  }
  return error;
}

/** A program that may have run, and has no result. */
export function lost(): AppError {
  const sentence = "The sandbox's container ended before it gave a result: send the program again.";
  return new AppError("function_unavailable", sentence, { retryAfterSeconds: RETRY_SECONDS });
}

/** A program that no container has begun. */
export function busy(): AppError {
  const sentence = "No container of the sandbox was free: send the program again in a moment.";
  return new AppError("overloaded", sentence, { retryAfterSeconds: RETRY_SECONDS });
}

/** A program that comes, or runs, while the function ends. */
export function shuttingDown(): AppError {
  return new AppError("shutting_down", "The server is stopping: send the program again in a moment.");
}
