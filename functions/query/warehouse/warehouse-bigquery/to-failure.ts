import { AppError } from "#shared/errors/app-error.ts";
import type { QueryOutcome } from "../warehouse.ts";

type Failure = Extract<QueryOutcome, { kind: "failure" }>;

/** What Google said: its reason (https://cloud.google.com/bigquery/docs/error-messages), message and HTTP status. */
interface GoogleError {
  readonly reason: string;
  readonly message: string;
  readonly status: number | undefined;
}

const LONGEST_MESSAGE = 2000;

const FAILURES: Readonly<Record<string, Failure["code"]>> = {
  accessDenied: "permission_denied",
  billingNotEnabled: "permission_denied",
  billingTierLimitExceeded: "bytes_limit_exceeded",
  bytesBilledLimitExceeded: "bytes_limit_exceeded",
  invalid: "invalid_query",
  invalidQuery: "invalid_query",
  notFound: "table_not_found",
  notImplemented: "unsupported_sql",
  quotaExceeded: "query_failed",
  resourceInUse: "query_failed",
  resourcesExceeded: "query_out_of_memory",
  responseTooLarge: "query_failed",
  stopped: "query_failed",
  timeout: "query_timed_out",
};

const BUSY = new Set(["rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded"]);
const RETRY_AFTER_SECONDS = 10;

/**
 * Judges what a call to BigQuery threw: a failure that the statement's author or the data's owner can mend is returned, with
 * Google's own words; trouble of the service, of the network or of our credentials is thrown.
 * @param thrown what the client library threw
 * @param maximumBytesBilled the cap that was sent, for the sentence about it
 * @throws AppError `overloaded` or `warehouse_unavailable`
 */
export function toFailure(thrown: unknown, maximumBytesBilled: number): Failure {
  if (thrown instanceof AppError) throw thrown;
  const google = parseGoogleError(thrown);
  if (google === undefined) throw unavailable(thrown);
  if (BUSY.has(google.reason) || google.status === 429) {
    throw new AppError(
      "overloaded",
      "BigQuery takes no more statements at the moment. Try again in ten seconds.",
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: thrown,
      },
    );
  }
  const code = codeOf(google);
  if (code === undefined) throw unavailable(thrown);
  return { kind: "failure", code, message: sentence(code, google.message, maximumBytesBilled) };
}

/**
 * The error for a BigQuery that gave no usable answer.
 * @param cause the private story, for the log
 */
export function unavailable(cause: unknown): AppError {
  return new AppError(
    "warehouse_unavailable",
    "BigQuery could not be reached, refused the server's credentials or gave no usable answer. Try again; if it stays, the owner must check the credentials and the network.",
    { cause },
  );
}

/** True when the service refused the call itself, so that nothing of it runs. */
export function isRefusal(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409;
}

/** The HTTP status that a thrown error carries, if any. */
export function statusOf(thrown: unknown): number | undefined {
  const status = Number(memberOf(thrown, "code"));
  return Number.isInteger(status) ? status : undefined;
}

function codeOf(google: GoogleError): Failure["code"] | undefined {
  if (google.reason === "stopped" && /timed? ?out/i.test(google.message)) return "query_timed_out";
  // A job that vanished is no table that the author could name better.
  if (google.reason === "notFound" && /^Not found: Job\b/i.test(google.message)) return undefined;
  return Object.hasOwn(FAILURES, google.reason) ? FAILURES[google.reason] : undefined;
}

function sentence(code: Failure["code"], message: string, maximumBytesBilled: number): string {
  if (code === "bytes_limit_exceeded") {
    return `The statement would read more than the cap of ${maximumBytesBilled} bytes that this server sets. Select fewer columns, or filter on the partitioning column. BigQuery says: ${message}`;
  }
  if (code === "query_timed_out") {
    return `The statement ran out of time and was cancelled. Narrow it or raise timeout. BigQuery says: ${message}`;
  }
  return message;
}

function parseGoogleError(thrown: unknown): GoogleError | undefined {
  const errors = memberOf(thrown, "errors");
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const reason = memberOf(first, "reason");
  const message = memberOf(first, "message");
  const status = statusOf(thrown);
  if (typeof reason === "string" && typeof message === "string" && message !== "") {
    return { reason, message: message.slice(0, LONGEST_MESSAGE), status };
  }
  return status === 429 ? { reason: "rateLimitExceeded", message: "", status } : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
