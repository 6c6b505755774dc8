import type { OwnerSession } from "../owner/owner-sessions.ts";
import { type Cookies, createCookies } from "./cookies.ts";

/** One request to the owner's pages, with what every page needs to know of it. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** The public address's origin, which our own forms come from. */
  readonly origin: string;
  /** The public address's host, which every page shows. */
  readonly host: string;
  readonly cookies: Cookies;
  /** Aborts when the reader leaves, the deadline passes or the server stops. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Path of something below `/oauth`, such as `/owner`: without a host, so that it is always the origin that the page came from. */
  path(rest: string): string;
}

/** A visit of the owner. */
export interface OwnerVisit extends Visit {
  readonly session: OwnerSession;
}

/** What the pages are told of a request beside itself. */
export interface VisitContext {
  /** The public address without a slash at its end. */
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** Name of the function, and the beginning of all its public paths. */
const PREFIX = "/oauth";

/** Looks at a request to the pages. */
export function toVisit(request: Request, { baseUrl, signal, requestId }: VisitContext): Visit {
  const base = new URL(baseUrl);
  const basePath = base.pathname.replace(/\/+$/, "") + PREFIX;
  return {
    request,
    url: new URL(request.url),
    origin: base.origin,
    host: base.host,
    cookies: createCookies(baseUrl),
    signal,
    requestId,
    path: (rest) => basePath + rest,
  };
}
