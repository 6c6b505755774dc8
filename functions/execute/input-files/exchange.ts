import type { LookupAddress } from "node:dns";
import type { ClientRequest, IncomingMessage } from "node:http";
import { type RequestOptions, request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { FetchFailure } from "./fetch-failure.ts";
import { readBody } from "./read-body.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** How connections are made; nothing of it is set outside of tests. */
export interface ConnectOptions {
  /** Instead of 443. */
  readonly port?: number;
  /** Certificates in PEM that are trusted instead of Node's. */
  readonly ca?: string;
  /** Where to connect instead of an address that was checked: what stands in for the internet. */
  readonly toAddress?: (checked: string) => string;
}

/** One request for one URL that has been checked. */
export interface ExchangeOptions {
  readonly url: URL;
  /** Checked; no other is connected to. */
  readonly addresses: readonly LookupAddress[];
  readonly expectsHtml: boolean;
  readonly maxBytes: number;
  /** Longest silence, from the first step of the connection to the last byte. */
  readonly idleMs: number;
  readonly connect: ConnectOptions;
  readonly signal: AbortSignal;
}

/** What came back: the content, or where to look instead. */
export type ExchangeResult = { readonly content: Buffer } | { readonly location: string };

/**
 * Asks for a URL over a connection of its own, which ends with it: no pool, no proxy, no cookie, no credential. The connection goes
 * to one of the addresses given, whatever a resolver says by then; certificate and Host are those of the URL's name.
 * @throws FetchFailure; anything else is of the network
 */
export async function exchange(options: ExchangeOptions): Promise<ExchangeResult> {
  const asked = request(toRequestOptions(options));
  const silence = new FetchFailure("idle", `no byte within ${options.idleMs} ms`);
  asked.once("timeout", () => asked.destroy(silence));
  try {
    const answer = await receiveHead(asked);
    asked.once("timeout", () => answer.destroy(silence));
    const location = findLocation(answer);
    if (location !== null) return { location };
    refuseHead(answer, options);
    return { content: await readBody(answer, options.maxBytes) };
  } finally {
    asked.destroy();
  }
}

function toRequestOptions({ url, addresses, idleMs, connect, signal }: ExchangeOptions): RequestOptions {
  return {
    host: url.hostname,
    servername: url.hostname,
    port: connect.port ?? 443,
    path: `${url.pathname}${url.search}`,
    method: "GET",
    headers: {
      host: url.hostname,
      accept: "*/*",
      "accept-encoding": "identity",
      "user-agent": "chatgpt-code-and-warehouse (file fetcher)",
    },
    agent: false,
    lookup: answerOnly(addresses, connect),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    timeout: idleMs,
    signal,
    ...(connect.ca === undefined ? {} : { ca: connect.ca }),
  };
}

/** A resolver that knows the checked addresses and nothing else. */
function answerOnly(addresses: readonly LookupAddress[], { toAddress }: ConnectOptions): LookupFunction {
  return (_hostname, { all }, callback) => {
    const known = addresses
      .map(({ address }) => toAddress?.(address) ?? address)
      .map((address) => ({ address, family: isIP(address) }));
    const [first] = known;
    if (all) callback(null, known);
    else callback(null, first?.address ?? "", first?.family);
  };
}

async function receiveHead(asked: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  asked.once("response", resolve);
  // Stays for the whole exchange: what goes wrong later is told by the body as well, and must not end the process.
  asked.on("error", reject);
  asked.once("close", () => reject(new Error("closed without an answer")));
  asked.end();
  return await promise;
}

function findLocation({ statusCode, headers }: IncomingMessage): string | null {
  return REDIRECTS.has(statusCode ?? 0) && headers.location !== undefined ? headers.location : null;
}

function refuseHead({ statusCode = 0, headers }: IncomingMessage, options: ExchangeOptions): void {
  if (statusCode !== 200) throw new FetchFailure({ status: statusCode }, `status ${statusCode}`);
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity") throw new FetchFailure("encoding", "a content-encoding");
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const isPage = type === "text/html" || type === "application/xhtml+xml";
  if (isPage && !options.expectsHtml) throw new FetchFailure("html", `content-type ${type}`);
}
