/** What is known about a call that failed. */
export interface GoogleCloudErrorFacts {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** Google's own word, like `PERMISSION_DENIED` or `RESOURCE_EXHAUSTED`; null when it said none. */
  readonly reason: string | null;
  /** True when the call may have been carried out all the same: no answer came, or one that does not say. */
  readonly isUncertain: boolean;
  readonly cause?: unknown;
}

/**
 * A call to Google Cloud that was refused or that nobody answered. `message` is for the log: it names what was called and holds
 * neither a credential nor a query string. Whoever called knows what to tell the reader.
 */
export class GoogleCloudError extends Error {
  override readonly name = "GoogleCloudError";
  readonly status: number | null;
  readonly reason: string | null;
  readonly isUncertain: boolean;

  constructor(message: string, { status, reason, isUncertain, cause }: GoogleCloudErrorFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.reason = reason;
    this.isUncertain = isUncertain;
  }
}
