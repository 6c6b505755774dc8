import { promises as dns, type LookupAddress } from "node:dns";
import { INPUT_FILES } from "#shared/contract/limits.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { isPublicAddress } from "#shared/outbound/public-address.ts";
import { type ConnectOptions, exchange } from "./exchange.ts";
import { FetchFailure } from "./fetch-failure.ts";
import type { FileFetcher, FileToFetch } from "./file-fetcher.ts";
import { type CheckUrl, createCheckUrl } from "./host-rules.ts";

const MAX_REDIRECTS = 3;

/** Of one file, with its redirects. */
const TOTAL_MS = 15_000;
const IDLE_MS = 5_000;

/** Finds every address of a name, as `dns.promises.lookup` with `all` does. @throws when there is none */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

/** What a fetcher is built with. */
export interface FileFetcherOptions {
  /** Names, `*.example.org` for every name below example.org (not itself), or `*` for every public name. */
  readonly allowedHosts: readonly string[];
  readonly logger: Logger;
  /** The system's resolver by default. */
  readonly lookup?: Lookup;
  /** For tests. */
  readonly connect?: ConnectOptions;
  /** Time for one file with its redirects, 15 s by default; longest silence, 5 s by default. */
  readonly totalMs?: number;
  readonly idleMs?: number;
}

/** What stays the same from hop to hop. */
interface Guard {
  readonly checkUrl: CheckUrl;
  readonly lookup: Lookup;
  readonly connect: ConnectOptions;
  readonly idleMs: number;
}

interface Outcome {
  readonly content: Buffer;
  readonly host: string;
}

/**
 * Builds the fetcher that no URL leads into the inside: by https from listed hosts, whose every address is public, over a connection
 * to an address that was checked; each redirect goes through all of it again.
 * @throws Error when an allowed host is no pattern
 */
export function createFileFetcher(options: FileFetcherOptions): FileFetcher {
  const { allowedHosts, logger, totalMs = TOTAL_MS, idleMs = IDLE_MS, connect = {} } = options;
  const lookup: Lookup = options.lookup ?? ((hostname) => dns.lookup(hostname, { all: true }));
  const guard: Guard = { checkUrl: createCheckUrl(allowedHosts), lookup, connect, idleMs };
  return {
    async fetch(file, { signal }) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      const deadline = AbortSignal.timeout(totalMs);
      try {
        const { content, host } = await follow(file, guard, AbortSignal.any([signal, deadline]));
        const durationMs = Math.round(performance.now() - startedAt);
        logger.log("INFO", "Fetched a file.", { host, size_bytes: content.length, duration_ms: durationMs });
        return content;
      } catch (thrown) {
        signal.throwIfAborted();
        const tooSlow = new FetchFailure("too_slow", `not done in ${totalMs} ms`, thrown);
        throw (deadline.aborted ? tooSlow : toFailure(thrown)).toAppError(file.label);
      }
    },
  };
}

/** Follows redirects, at most 3. */
async function follow(file: FileToFetch, guard: Guard, signal: AbortSignal): Promise<Outcome> {
  let url = parseUrl(file.url, undefined);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const addresses = await findAddresses(url, hop, guard, signal);
    const { connect, idleMs } = guard;
    const { expectsHtml } = file;
    const maxBytes = INPUT_FILES.fetchedBytes;
    const result = await exchange({ url, addresses, expectsHtml, maxBytes, idleMs, connect, signal });
    if ("content" in result) return { content: result.content, host: url.hostname };
    url = parseUrl(result.location, url);
  }
  throw new FetchFailure("redirects", `more than ${MAX_REDIRECTS} redirects`);
}

/** Checks a URL from its text to the last of its addresses. @returns the addresses, all of them public */
async function findAddresses(
  url: URL,
  hop: number,
  guard: Guard,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const refusal = guard.checkUrl(url);
  if (refusal !== null) {
    const first = refusal === "host" ? "host" : "url";
    throw new FetchFailure(hop === 0 ? first : "redirect_target", `hop ${hop}: ${refusal} is refused`);
  }
  const addresses = await untilAborted(guard.lookup(url.hostname), signal);
  const refused = addresses.find(({ address }) => !isPublicAddress(address));
  if (refused !== undefined || addresses.length === 0) {
    const what = refused === undefined ? "no address" : `the address ${refused.address}`;
    throw new FetchFailure("unreachable", `hop ${hop}: ${url.hostname} has ${what}`);
  }
  return addresses;
}

function parseUrl(text: string, base: URL | undefined): URL {
  const url = URL.parse(text, base);
  if (url === null) throw new FetchFailure(base ? "redirect_target" : "url", "not a URL");
  return url;
}

/** A look-up cannot be stopped; its waiting can. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function toFailure(thrown: unknown): FetchFailure {
  return thrown instanceof FetchFailure ? thrown : new FetchFailure("unreachable", "no exchange", thrown);
}
