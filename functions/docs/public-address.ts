import { AppError } from "#shared/errors/app-error.ts";

/** Where readers reach this bundle. */
export interface PublicAddress {
  /** Without a slash at the end, like `https://example.org` or `https://example.org/tools`. */
  readonly baseUrl: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** What comes before `/docs` in a path; mostly empty. */
  readonly basePath: string;
}

/** Pages put the address into shell commands too: nothing but what cannot end a quoted word or start another. */
const PLAIN_ADDRESS = /^https?:\/\/[A-Za-z0-9.\-[\]:]+(?:\/[A-Za-z0-9._~\-/]*)?$/;

/**
 * Checks the public address, which may come from a Host header.
 *
 * @param baseUrl absolute http or https URL; a slash at the end does not matter
 * @throws AppError `malformed_request` when it is no plain address
 */
export function parsePublicAddress(baseUrl: string): PublicAddress {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !PLAIN_ADDRESS.test(baseUrl)) {
    throw new AppError(
      "malformed_request",
      "The Host header does not name a server. Ask again with the server's own address.",
    );
  }
  const basePath = url.pathname.replace(/\/+$/, "");
  return { baseUrl: `${url.origin}${basePath}`, origin: url.origin, basePath };
}
