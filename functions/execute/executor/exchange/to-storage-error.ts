import { AppError } from "#shared/errors/app-error.ts";
import type { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";

const BUSY_SECONDS = 5;

/** What the storage refused while a program or its result was in it. */
export function toStorageError(error: GoogleCloudError): AppError {
  const sentence =
    "The place where programs and results change hands cannot be reached: send the program again in a moment.";
  return new AppError("storage_unavailable", sentence, { retryAfterSeconds: BUSY_SECONDS, cause: error });
}
