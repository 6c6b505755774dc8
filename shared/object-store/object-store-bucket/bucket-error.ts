import { AppError } from "../../errors/app-error.ts";
import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";

const RETRY_AFTER_SECONDS = 60;

/**
 * Does work on the bucket, and says Google's refusals in the words of the port.
 * @throws AppError `storage_unavailable` for a GoogleCloudError; anything else as it is
 */
export async function onBucket<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof GoogleCloudError ? toUnavailable(thrown) : thrown;
  }
}

/** The error that the port promises; its cause is for the log. */
export function toUnavailable(cause: GoogleCloudError): AppError {
  return new AppError(
    "storage_unavailable",
    `Files and results cannot be kept or read now. ${adviceOn(cause)}`,
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    },
  );
}

function adviceOn({ status }: GoogleCloudError): string {
  if (status === 401 || status === 403)
    return "The owner of this server must give its service account the role Storage Object User on its bucket.";
  if (status === 404)
    return "The owner of this server must check the setting STORAGE_BUCKET: there is no such bucket.";
  if (status === 429) return "The storage has too much to do: try again in a minute.";
  return "Try again in a minute; if it stays, the owner of this server must look after its bucket.";
}
