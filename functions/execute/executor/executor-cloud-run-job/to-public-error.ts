import { AppError } from "#shared/errors/app-error.ts";
import type { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import type { NotStarted } from "./follow-run.ts";

const QUOTA_SECONDS = 60;
const BUSY_SECONDS = 5;

/** Says why Cloud Run did not start a job, to the caller and to the owner who reads it there. */
export function toStartError(error: GoogleCloudError): AppError {
  const { status } = error;
  if (status === 429) {
    const sentence =
      "Google's quota for starting jobs is used up: send the program again in a minute. The owner can have the quota of the Cloud Run Admin API for write requests a minute raised, or choose EXECUTOR=cloud-run-service, which does not need it.";
    return new AppError("rate_limited", sentence, { retryAfterSeconds: QUOTA_SECONDS, cause: error });
  }
  const refusal = status === null ? undefined : REFUSALS.get(status);
  if (refusal !== undefined) return new AppError("sandbox_unavailable", refusal, { cause: error });
  const sentence = "Cloud Run cannot be reached: send the program again in a moment.";
  return new AppError("function_unavailable", sentence, { retryAfterSeconds: BUSY_SECONDS, cause: error });
}

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [400, "Cloud Run does not start the sandbox's job. The owner finds its reason in the log."],
  [
    401,
    "Google does not know the account of this function. The owner can deploy it again with `terraform apply`.",
  ],
  [
    403,
    "This function may not start the sandbox's job. The owner can give its account run.jobs.run and run.jobs.runWithOverrides on the job: `terraform apply` does.",
  ],
  [
    404,
    "There is no sandbox job. The owner can make it with `terraform apply`, or correct the setting SANDBOX_JOB.",
  ],
]);

/** Says why a container that was asked for did not take the program. */
export function toNotStartedError(why: NotStarted, reason: string | null): AppError {
  if (why === "unconfirmed") {
    const sentence =
      "Cloud Run did not confirm that it starts a sandbox, and none came: the program has not run. Send it again in a moment.";
    return new AppError("function_unavailable", sentence, { retryAfterSeconds: BUSY_SECONDS });
  }
  if (why === "late") {
    const sentence = "No sandbox started in time: send the program again in a moment.";
    return new AppError("overloaded", sentence, { retryAfterSeconds: BUSY_SECONDS });
  }
  const sentence =
    reason !== null && /image/i.test(reason)
      ? "The sandbox's image is missing or cannot be read. The owner can build it again and deploy it."
      : "The sandbox's container ended before it took the program. The owner finds the reason in the log of the job.";
  return new AppError("sandbox_unavailable", sentence);
}

/** A result that is not the program's, or not whole. */
export function damagedResult(): AppError {
  const sentence = "The program's result was damaged on its way: send the program again.";
  return new AppError("function_unavailable", sentence, { retryAfterSeconds: BUSY_SECONDS });
}
