import { ERRORS, type ErrorCode } from "../contract/errors.ts";

/** One fault of a request body. */
export interface Violation {
  /** JSON Pointer of the field; empty for the whole body. */
  readonly path: string;
  /** The JSON Schema keyword that failed. */
  readonly rule: string;
  readonly message: string;
}

/** What an error may carry beside its code and its sentence. */
export interface AppErrorOptions {
  readonly details?: readonly Violation[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Further response headers, such as `Allow` or `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The private story: logged once, never answered. */
  readonly cause?: unknown;
}

/**
 * The one error that the pipeline answers with its own status. `message` is public: a sentence that tells the reader what to do
 * next. Anything else that is thrown is answered as `internal`.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: readonly Violation[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }

  /** HTTP status by the catalogue. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** True when the same request may succeed later. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** Wraps anything that was thrown; what is not an AppError becomes `internal` with the original as its cause. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    return new AppError(
      "internal",
      "Something went wrong on our side. Try again; if it stays, look up the request_id in the log.",
      {
        cause: thrown,
      },
    );
  }
}
