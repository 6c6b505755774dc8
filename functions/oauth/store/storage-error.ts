import { errors } from "oidc-provider";
import { AppError } from "#shared/errors/app-error.ts";

/** The database is away: nobody is let in, and every answer says so (RFC 6749 §4.1.2.1 `temporarily_unavailable`, as a 503). */
export class StorageError extends errors.OIDCProviderError {
  constructor(cause: unknown) {
    super(503, "temporarily_unavailable", { cause });
    this.error_description =
      "The server's database cannot be reached, so nobody can be let in now. Nothing was changed; try again in some seconds.";
    this.expose = true;
    // Where the answer should go is not known for sure without the database.
    this.allow_redirect = false;
  }
}

/** Too many ask at once; `Retry-After` is for whoever reads headers. */
export class BusyError extends errors.OIDCProviderError {
  constructor(description: string) {
    super(429, "temporarily_unavailable");
    this.error_description = description;
    this.allow_redirect = false;
  }
}

/** Runs work on the database. @throws StorageError when it is away, BusyError when too many ask; every other error passes */
export async function onDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw thrown.code === "rate_limited" ? new BusyError(thrown.message) : new StorageError(thrown);
  }
}
