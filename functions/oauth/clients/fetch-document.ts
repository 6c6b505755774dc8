import { promises as dns, type LookupAddress } from "node:dns";
import type { IncomingMessage } from "node:http";
import { type RequestOptions, request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "#shared/outbound/public-address.ts";
import { isPublicName } from "#shared/outbound/public-name.ts";

const TOTAL_MS = 5_000;

/** What stands in for the internet in tests; nothing of it is set outside of them. */
export interface Internet {
  /** Finds every address of a name; the system's resolver by default. */
  readonly lookup?: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Instead of 443. */
  readonly port?: number;
  /** Certificates in PEM that are trusted instead of Node's. */
  readonly ca?: string;
  /** Where to connect instead of an address that was checked. */
  readonly toAddress?: (checked: string) => string;
}

/** Fetches what a stranger's address names. */
export type FetchDocument = (
  url: string,
  limits: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<Response>;

/**
 * Builds the fetcher of clients' documents and keys, which no address leads into the inside: https on port 443 of a public name, every
 * address of which is public, over a connection to an address that was checked; no redirect is followed, nothing inflated, and time
 * and size are bounded.
 * @returns the answer, whatever its status @throws Error that says what was refused
 */
export function createFetchDocument(internet: Internet = {}): FetchDocument {
  const lookup = internet.lookup ?? ((hostname: string) => dns.lookup(hostname, { all: true }));
  return async (text, { maxBytes, signal }) => {
    const url = URL.parse(text);
    const isPlain =
      url?.protocol === "https:" && url.port === "" && url.username === "" && url.password === "";
    if (url === null || !isPlain || !isPublicName(url.hostname)) {
      throw new Error("The address is not https of a public name.");
    }
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)]);
    const addresses = await untilAborted(lookup(url.hostname), bounded);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) {
      throw new Error("The name does not belong to a public address.");
    }
    return ask(toRequestOptions(url, addresses, internet, bounded), maxBytes);
  };
}

function toRequestOptions(
  url: URL,
  addresses: readonly LookupAddress[],
  internet: Internet,
  signal: AbortSignal,
): RequestOptions {
  return {
    host: url.hostname,
    servername: url.hostname,
    port: internet.port ?? 443,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.hostname, accept: "application/json", "accept-encoding": "identity" },
    agent: false,
    lookup: answerOnly(addresses, internet),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    signal,
    ...(internet.ca === undefined ? {} : { ca: internet.ca }),
  };
}

/** A resolver that knows the checked addresses and nothing else: a name cannot change its mind in between. */
function answerOnly(addresses: readonly LookupAddress[], { toAddress }: Internet): LookupFunction {
  return (_hostname, { all }, callback) => {
    const known = addresses
      .map(({ address }) => toAddress?.(address) ?? address)
      .map((address) => ({ address, family: isIP(address) }));
    const [first] = known;
    if (all) callback(null, known);
    else callback(null, first?.address ?? "", first?.family);
  };
}

async function ask(options: RequestOptions, maxBytes: number): Promise<Response> {
  const asked = request(options);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.once("response", resolve);
  asked.on("error", reject);
  asked.once("close", () => reject(new Error("The connection ended without an answer.")));
  asked.end();
  try {
    const answer = await promise;
    const body = await readAll(answer, maxBytes);
    const status = answer.statusCode ?? 502;
    const headers = new Headers();
    for (const name of ["content-type", "cache-control", "expires"]) {
      const value = answer.headers[name];
      if (typeof value === "string") headers.set(name, value);
    }
    // A redirect is an answer like any other that is not 200: the caller refuses it.
    return new Response(status < 200 || status === 204 || status === 304 ? null : new Uint8Array(body), {
      status: status < 200 ? 502 : status,
      headers,
    });
  } finally {
    asked.destroy();
  }
}

async function readAll(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`The document is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
