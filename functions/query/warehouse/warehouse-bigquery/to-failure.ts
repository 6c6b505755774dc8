import { AppError } from "#shared/errors/app-error.ts";
import type { QueryOutcome } from "../warehouse.ts";
import { clockFault } from "./clock-skew.ts";
import { toSize } from "./cost.ts";

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
  stopped: "query_cancelled",
  timeout: "query_timed_out",
};

const BUSY = new Set(["rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded"]);
const RETRY_AFTER_SECONDS = 10;
const LONGEST_RETRY_AFTER_SECONDS = 300;

/** What to do about a statement that would read too much. */
export const NARROW =
  "Select fewer columns, filter on the column that the table is partitioned by (describe_table names it), or read a part with TABLESAMPLE SYSTEM (1 PERCENT).";

const ROLES: readonly (readonly [RegExp, string])[] = [
  [/bigquery\.jobs\.create/, "roles/bigquery.jobUser on the project of GOOGLE_CLOUD_PROJECT"],
  [/bigquery\.connections\./, "roles/bigquery.connectionUser on the connection"],
  [/bigquery\.routines\./, "roles/bigquery.dataViewer on the routine's dataset"],
  [/updateData|tables\.create|tables\.update|tables\.delete/, "roles/bigquery.dataEditor on the dataset"],
  [/^Access Denied: Project/, "roles/bigquery.jobUser on the project of GOOGLE_CLOUD_PROJECT"],
];

/** Troubles of the credentials, by HTTP status or by what Google's libraries say. */
const REMEDIES: readonly { readonly at?: number; readonly says?: RegExp; readonly message: string }[] = [
  {
    says: /default credentials/i,
    message:
      "The server has no Google credentials. The owner must set GOOGLE_CREDENTIALS_BASE64, or log in with `gcloud auth application-default login`.",
  },
  {
    says: /GOOGLE_APPLICATION_CREDENTIALS/,
    message:
      "The file that GOOGLE_APPLICATION_CREDENTIALS names holds no credentials that can be read. The owner must mend it, or unset it and set GOOGLE_CREDENTIALS_BASE64.",
  },
  {
    says: /project id/i,
    message: "The server does not know which project pays. The owner must set GOOGLE_CLOUD_PROJECT.",
  },
  {
    says: /invalid_grant|account not found/i,
    message:
      "Google does not know the server's account any more, or the server's clock is wrong. The owner must make a new key for GOOGLE_CREDENTIALS_BASE64 and check the clock.",
  },
  {
    says: /impersonate/i,
    message:
      "The server's account may not act for the account of BIGQUERY_IMPERSONATE. The owner must grant it roles/iam.serviceAccountTokenCreator there and switch on the IAM Service Account Credentials API.",
  },
  {
    at: 401,
    message:
      "BigQuery does not accept the server's credentials. The owner must check that the key in GOOGLE_CREDENTIALS_BASE64 (or the Application Default Credentials) still exists, and that the server's clock is right.",
  },
];

/**
 * Judges what a call to BigQuery threw: a failure that the statement's author or the data's owner can mend is returned, with
 * Google's own words and what to do; trouble of the service, of the network or of our credentials is thrown.
 * @param thrown what the client library threw
 * @param cap the bytes that were sent as a bound, for the sentence about it
 * @throws AppError `overloaded` or `warehouse_unavailable`
 */
export function toFailure(thrown: unknown, cap: { readonly maximumBytesBilled: number }): Failure {
  if (thrown instanceof AppError) throw thrown;
  const google = parseGoogleError(thrown);
  if (google === undefined) throw unavailable(thrown);
  if (BUSY.has(google.reason) || google.status === 429) throw busy(thrown);
  const code = codeOf(google);
  if (code === undefined) throw unavailable(thrown);
  return { kind: "failure", code, message: sentence(code, google, cap.maximumBytesBilled) };
}

/**
 * The error for a BigQuery that gave no usable answer, with what its owner must mend.
 * @param cause the private story, for the log
 */
export function unavailable(cause: unknown): AppError {
  const status = statusOf(cause);
  const text = String(memberOf(cause, "message") ?? "");
  const remedy = REMEDIES.find(
    ({ at, says }) => (at !== undefined && at === status) || says?.test(text) === true,
  );
  const clock = status === 401 ? clockFault(cause) : null;
  return new AppError(
    "warehouse_unavailable",
    clock ??
      remedy?.message ??
      "BigQuery could not be reached or gave no usable answer. Try again; if it stays, the owner must check the server's credentials and network.",
    { cause },
  );
}

function busy(thrown: unknown): AppError {
  const retryAfterSeconds = waitOf(thrown) ?? RETRY_AFTER_SECONDS;
  return new AppError(
    "overloaded",
    `BigQuery takes no more statements at the moment. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds, cause: thrown },
  );
}

/** What Google asks us to wait, in seconds; null when it does not say. */
function waitOf(thrown: unknown): number | null {
  const headers = memberOf(memberOf(thrown, "response"), "headers");
  const given = headers instanceof Headers ? headers.get("retry-after") : memberOf(headers, "retry-after");
  const seconds = Number(given ?? Number.NaN);
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS) : null;
}

/** True when the service refused the call itself, so that nothing of it runs. */
export function isRefusal(thrown: unknown): boolean {
  const status = statusOf(thrown);
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409;
}

/** True when a question about a job was answered by what the job failed of: it is over. Busy answers and lost rights say nothing of it. */
export function isEnd(thrown: unknown): boolean {
  const reason = parseGoogleError(thrown)?.reason;
  const status = statusOf(thrown);
  return isRefusal(thrown) && status !== 401 && status !== 429 && !BUSY.has(reason ?? "");
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

function sentence(code: Failure["code"], { reason, message }: GoogleError, cap: number): string {
  if (code === "bytes_limit_exceeded") {
    return `The statement would read more than the cap of ${cap} bytes (${toSize(cap)}) that this server sets. ${NARROW} BigQuery says: ${message}`;
  }
  if (code === "query_cancelled") return "The statement was cancelled. Send it again to run it anew.";
  if (code === "query_timed_out") {
    return `The statement ran out of time and was cancelled. Narrow it or raise timeout. BigQuery says: ${message}`;
  }
  if (reason === "billingNotEnabled") {
    return `${message} The owner must switch on billing for the project of GOOGLE_CLOUD_PROJECT.`;
  }
  if (code === "permission_denied") return `${message} ${roleFor(message)}`;
  if (code === "table_not_found" && /not found in location/i.test(message)) {
    return `${message} If it exists, it lies elsewhere: a statement reads data of one location, and the owner can set BIGQUERY_LOCATION.`;
  }
  return message;
}

/** The role that grants what Google says is missing: https://cloud.google.com/bigquery/docs/access-control. */
function roleFor(message: string): string {
  const role =
    ROLES.find(([permission]) => permission.test(message))?.[1] ?? "roles/bigquery.dataViewer on the dataset";
  return `The owner must grant ${role} to the server's account.`;
}

function parseGoogleError(thrown: unknown): GoogleError | undefined {
  const errors = memberOf(thrown, "errors");
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const reason = memberOf(first, "reason");
  const message = memberOf(first, "message");
  const status = statusOf(thrown);
  if (typeof reason === "string" && typeof message === "string" && message !== "") {
    return { reason, message: toSentence(message), status };
  }
  return status === 429 ? { reason: "rateLimitExceeded", message: "", status } : undefined;
}

/** Google ends some of its sentences without a full stop, and ours may follow. */
function toSentence(message: string): string {
  const text = message.slice(0, LONGEST_MESSAGE).trimEnd();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
