/** What the catalogue knows about one error code. */
export interface ErrorSpec {
  /** HTTP status of a thrown error; 200 for a failure that is reported inside a successful answer (never thrown). */
  readonly status: number;
  /** Short name for the API pages. */
  readonly title: string;
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean;
}

/**
 * Every code that an answer may carry, with its HTTP status. ChatGPT backs off on 5xx, so 5xx is used only for our own
 * faults: a program or a statement that fails is HTTP 200 with `success: false` and one of the codes with status 200.
 */
export const ERRORS = {
  body_required: { status: 400, title: "The request needs a body", retryable: false },
  malformed_json: { status: 400, title: "The body is not JSON", retryable: false },
  validation_failed: { status: 400, title: "The request has the wrong shape", retryable: false },
  conflicting_credentials: { status: 400, title: "Two different credentials", retryable: false },
  invalid_page_token: { status: 400, title: "The page token is good for nothing", retryable: false },
  malformed_request: { status: 400, title: "The request is not valid HTTP", retryable: false },
  multiple_statements: { status: 400, title: "More than one SQL statement", retryable: false },
  unauthenticated: { status: 401, title: "No credential, or not a valid one", retryable: false },
  insufficient_scope: { status: 403, title: "The credential does not allow this", retryable: false },
  origin_not_allowed: { status: 403, title: "The page may not call this server", retryable: false },
  write_not_allowed: { status: 403, title: "The statement would change data", retryable: false },
  dataset_not_allowed: {
    status: 403,
    title: "The statement names a dataset that is not open here",
    retryable: false,
  },
  external_not_allowed: {
    status: 403,
    title: "The statement would send data to a service outside the warehouse",
    retryable: false,
  },
  not_found: { status: 404, title: "No such path, or no such thing", retryable: false },
  method_not_allowed: { status: 405, title: "The path has no such method", retryable: false },
  conflict: { status: 409, title: "Something else is under way, or was asked before", retryable: true },
  key_reused: { status: 409, title: "The idempotency key belongs to another request", retryable: false },
  request_timeout: { status: 408, title: "The body did not arrive in time", retryable: true },
  range_not_satisfiable: { status: 416, title: "The file has no such bytes", retryable: false },
  file_not_fetched: { status: 400, title: "A file could not be fetched", retryable: false },
  invalid_file: { status: 400, title: "A file has a wrong name or content", retryable: false },
  body_too_large: { status: 413, title: "The body is too large", retryable: false },
  unsupported_media_type: { status: 415, title: "The body is not application/json", retryable: false },
  unsupported_encoding: { status: 415, title: "The body is compressed", retryable: false },
  answer_too_large: { status: 422, title: "The content does not fit into an answer", retryable: false },
  rate_limited: { status: 429, title: "Too many requests", retryable: true },
  headers_too_large: { status: 431, title: "The headers are too large", retryable: false },
  client_closed_request: { status: 499, title: "The caller left before the answer", retryable: true },
  internal: { status: 500, title: "A fault of ours", retryable: false },
  sandbox_unavailable: { status: 503, title: "No sandbox can run programs here", retryable: false },
  warehouse_unavailable: { status: 503, title: "The warehouse cannot be reached", retryable: true },
  overloaded: { status: 503, title: "Everything is busy", retryable: true },
  function_unavailable: { status: 503, title: "A part of the server cannot be reached", retryable: true },
  shutting_down: { status: 503, title: "The server is stopping", retryable: true },
  storage_unavailable: { status: 503, title: "What is kept cannot be reached", retryable: true },
  google_unavailable: { status: 503, title: "Google's keys cannot be fetched", retryable: true },
  deadline_exceeded: { status: 504, title: "The answer took too long", retryable: true },

  program_failed: { status: 200, title: "The program ended with an error", retryable: false },
  program_timed_out: { status: 200, title: "The program ran out of time", retryable: false },
  program_out_of_memory: { status: 200, title: "The program ran out of memory", retryable: false },
  cancelled: { status: 409, title: "The program was cancelled", retryable: false },
  execution_lost: { status: 200, title: "The server stopped while the program ran", retryable: true },
  program_killed: { status: 200, title: "The program was ended by a signal", retryable: false },
  invalid_query: { status: 200, title: "The SQL does not parse or bind", retryable: false },
  table_not_found: { status: 200, title: "A table does not exist", retryable: false },
  unsupported_sql: { status: 200, title: "The embedded warehouse cannot do this", retryable: false },
  query_failed: { status: 200, title: "The statement failed while it ran", retryable: false },
  query_timed_out: { status: 200, title: "The statement ran out of time", retryable: true },
  query_cancelled: { status: 200, title: "The statement was cancelled", retryable: false },
  query_out_of_memory: { status: 200, title: "The statement needs too much memory", retryable: false },
  result_too_large: { status: 200, title: "A row is longer than an answer", retryable: false },
  permission_denied: { status: 200, title: "The warehouse refuses access", retryable: false },
  bytes_limit_exceeded: { status: 200, title: "The statement would read too many bytes", retryable: false },
} as const satisfies Record<string, ErrorSpec>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;
